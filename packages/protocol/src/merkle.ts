/**
 * Binary Merkle tree over Poseidon(2), of 2^depth leaves.
 * @module
 */
import { poseidon2 } from 'poseidon-lite'
import { CodedError } from './errors.ts'

export interface InclusionProof {
  leaf: bigint
  index: number
  /** Sibling of the node on each level, from the leaves up. */
  siblings: bigint[]
  root: bigint
}

/** Thrown when a number of leaves is no power of two, or an index lies outside. Code MERKLE_SHAPE. */
export class MerkleShapeError extends CodedError {
  constructor(message: string) {
    super('MERKLE_SHAPE', message)
  }
}

/** Returns every level, leaves first, root last. `leaves.length` must be a power of two. */
export function merkleLevels(leaves: readonly bigint[]): bigint[][] {
  if (leaves.length === 0 || (leaves.length & (leaves.length - 1)) !== 0)
    throw new MerkleShapeError(`A tree needs a power of two of leaves, not ${leaves.length}.`)
  const levels = [[...leaves]]
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!)
    levels.push(Array.from({ length: level.length / 2 }, (_, i) => poseidon2([level[2 * i]!, level[2 * i + 1]!])))
  return levels
}

export const merkleRoot = (leaves: readonly bigint[]): bigint => merkleLevels(leaves).at(-1)![0]!

/** Returns the proof that the leaf at `index` lies under the root. Throws {@link MerkleShapeError}. */
export function proveInclusion(leaves: readonly bigint[], index: number): InclusionProof {
  const levels = merkleLevels(leaves)
  const leaf = leaves[index]
  if (leaf === undefined) throw new MerkleShapeError(`No leaf has index ${index}.`)
  const siblings = levels.slice(0, -1).map((level, depth) => level[(index >> depth) ^ 1]!)
  return { leaf, index, siblings, root: levels.at(-1)![0]! }
}

export const verifyInclusion = ({ leaf, index, siblings, root }: InclusionProof): boolean =>
  siblings.reduce(
    (node, sibling, depth) => ((index >> depth) & 1 ? poseidon2([sibling, node]) : poseidon2([node, sibling])),
    leaf,
  ) === root
