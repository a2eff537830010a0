/**
 * Keys for production: phase 2 on a prepared powers-of-tau file, contributions by people who do not collude, a public
 * random beacon last, and the verification of all of it. Over snarkjs, whose command line serves as well.
 *
 * A key is safe if one contributor to each phase destroyed their randomness. {@link verifyCeremony} cannot see that; it
 * sees that the key belongs to the circuit and the powers of tau, that each contribution builds on the one before, and
 * that no secret of phase 2 is known to all.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type File, type MemoryFile, powersOfTau, zKey } from 'snarkjs'
import { withPool } from './pool.ts'
import { parseProvingKey } from './proving-key.ts'
import { parseR1cs } from './r1cs.ts'
import { readSections, section } from './section-file.ts'
import { exportVerificationKey, isDevelopmentKey } from './verification-key.ts'

/** Thrown when a key must not be used in production. Code CEREMONY_INVALID. */
export class CeremonyError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('CEREMONY_INVALID', message, options)
  }
}

/** 2^10 to 2^63 hashes: how long no one can know the beacon's outcome in advance. */
const BEACON_ITERATIONS_EXPONENT = 10
const CONTRIBUTION_POINTS_BYTES = 64 * 3 + 128 + 64
const BEACON_TYPE = 1

async function toMemory(write: (file: MemoryFile) => Promise<unknown>): Promise<Uint8Array> {
  const file: MemoryFile = { type: 'mem' }
  const result = await withPool(() => write(file))
  if (result === -1 || result === false || file.data === undefined)
    throw new CeremonyError('snarkjs made no key: the powers of tau are not prepared, or too few for the circuit.')
  return file.data
}

/** Starts phase 2. The result has delta = gamma: it is no key yet. `ptau` must be prepared for phase 2. */
export const startPhase2 = (r1cs: Uint8Array, ptau: File): Promise<Uint8Array> =>
  toMemory((out) => zKey.newZKey(r1cs, ptau, out))

/** Adds a contribution. `entropy` is mixed with the system's randomness and must be forgotten. */
export const contribute = (zkey: Uint8Array, name: string, entropy: string): Promise<Uint8Array> =>
  toMemory((out) => zKey.contribute(zkey, out, name, entropy))

/** Adds the beacon: a public value that no one could choose, such as a block hash of a height announced before. */
export const applyBeacon = (zkey: Uint8Array, name: string, beaconHex: string): Promise<Uint8Array> =>
  toMemory((out) => zKey.beacon(zkey, out, name, beaconHex, BEACON_ITERATIONS_EXPONENT))

/** Returns whether each contribution to a key was a participant's or a beacon. Throws CircuitFileError. */
export function contributionKinds(zkey: Uint8Array): ('participant' | 'beacon')[] {
  parseProvingKey(zkey)
  const bytes = section(readSections(zkey, 'zkey'), 10)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kinds: ('participant' | 'beacon')[] = []
  let offset = 68
  for (let left = view.getUint32(64, true); left > 0; left--) {
    offset += CONTRIBUTION_POINTS_BYTES
    kinds.push(view.getUint32(offset, true) === BEACON_TYPE ? 'beacon' : 'participant')
    offset += 8 + view.getUint32(offset + 4, true)
  }
  return kinds
}

/**
 * Checks that `zkey` may be used in production with this circuit: valid powers of tau, at least one participant's
 * contribution, a beacon last, every contribution proven. Throws {@link CeremonyError}. Takes minutes for a large file.
 */
export async function verifyCeremony(r1cs: Uint8Array, ptau: File, zkey: Uint8Array): Promise<void> {
  parseR1cs(r1cs)
  if (isDevelopmentKey(await exportVerificationKey(zkey)))
    throw new CeremonyError('The key has delta equal to gamma: it is a development key, and anyone can forge proofs.')
  const kinds = contributionKinds(zkey)
  if (!kinds.includes('participant')) throw new CeremonyError('No participant has contributed to the key.')
  if (kinds.at(-1) !== 'beacon') throw new CeremonyError('The last contribution to the key is no beacon.')
  await withPool(async () => {
    if (!(await powersOfTau.verify(ptau))) throw new CeremonyError('The powers of tau are invalid.')
    if (!(await zKey.verifyFromR1cs(r1cs, ptau, zkey)))
      throw new CeremonyError('The key does not follow from the circuit, the powers of tau and its contributions.')
  })
}
