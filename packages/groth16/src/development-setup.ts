/**
 * A fast, deterministic and INSECURE Groth16 setup for development: the toxic waste is derived from a public label, so
 * that anyone can forge proofs for its keys. Such a key has delta = gamma, as a key has before its first contribution;
 * the generated verifier refuses it on every chain but 31337, and `isDevelopmentKey` finds it. Its file says so in a
 * section of its own: a contribution would hide delta = gamma, and the key would be as insecure as before.
 *
 * The other bytes are those that snarkjs's `zKey newZKey` writes for a powers-of-tau file with the same tau, alpha and beta
 * (tested). Where snarkjs sums multiples of given points, knowing tau leaves one fixed-base multiplication a point.
 * @module
 */
import { FIELD_MODULUS, toField } from '@iotex2/protocol/field'
import { blake2b } from '@noble/hashes/blake2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { BASE_MODULUS } from './bn254.ts'
import { CircuitFileError } from './errors.ts'
import { type FixedBase, fixedBases } from './fixed-base.ts'
import { forEachTerm, parseR1cs, type R1cs } from './r1cs.ts'
import { addSection, readSections, writeScalar, writeSections } from './section-file.ts'

export const DEVELOPMENT_LABEL = 'iotex2 INSECURE development setup'

/**
 * A section that only development keys have: its id is the chain's where they may be used, its bytes are the label.
 * snarkjs knows 1 to 10 and skips others.
 */
const MARK_SECTION = 31337

/** What a ceremony would have destroyed. */
export interface ToxicWaste {
  tau: bigint
  alpha: bigint
  beta: bigint
}

const TWO_ADICITY = 28
/** Smallest non-residue of the scalar field; snarkjs takes its roots of unity from it. */
const NON_RESIDUE = 5n
/** snarkjs's arithmetic is in Montgomery form with R = 2^256; a coefficient is stored times R². */
const MONTGOMERY_SQUARED = (1n << 512n) % FIELD_MODULUS
/** snarkjs hashes the points of H in chunks of this many, the last one filled up. */
const HASH_CHUNK = 1 << 14

const multiply = (a: bigint, b: bigint): bigint => (a * b) % FIELD_MODULUS

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let bits = exponent, square = base; bits > 0n; bits >>= 1n, square = multiply(square, square))
    if (bits & 1n) result = multiply(result, square)
  return result
}

/** Returns the inverses of nonzero values: one exponentiation, three multiplications each. */
function invertAll(values: readonly bigint[]): bigint[] {
  const prefix: bigint[] = []
  let product = 1n
  for (const value of values) {
    prefix.push(product)
    product = multiply(product, value)
  }
  let inverse = power(product, FIELD_MODULUS - 2n)
  const inverses = new Array<bigint>(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = multiply(inverse, prefix[i]!)
    inverse = multiply(inverse, values[i]!)
  }
  return inverses
}

/** Returns L_i(tau) = ω^i (τ^n − 1) / (n (τ − ω^i)) for the indices start, start + step, … below n = 2^log. */
function lagrangeAt(tau: bigint, log: number, start: number, step: number): bigint[] {
  const size = 1n << BigInt(log)
  const root = power(NON_RESIDUE, (FIELD_MODULUS - 1n) >> BigInt(log))
  const stride = power(root, BigInt(step))
  const roots: bigint[] = []
  for (let i = start, at = power(root, BigInt(start)); i < Number(size); i += step, at = multiply(at, stride))
    roots.push(at)
  const inverses = invertAll(roots.map((at) => multiply(size, toField(tau - at))))
  const vanishing = toField(power(tau, size) - 1n)
  return roots.map((at, i) => multiply(multiply(at, vanishing), inverses[i]!))
}

/** Returns the development toxic waste of a circuit: SHA-256 of the label, a name, and the hash of its .r1cs. */
export function developmentToxicWaste(r1cs: Uint8Array): ToxicWaste {
  const circuit = sha256(r1cs)
  const derive = (name: string): bigint => {
    const hash = sha256(new Uint8Array([...new TextEncoder().encode(`${DEVELOPMENT_LABEL}/${name}/`), ...circuit]))
    return toField(BigInt(`0x${bytesToHex(hash)}`))
  }
  return { tau: derive('tau'), alpha: derive('alpha'), beta: derive('beta') }
}

/** Returns the .zkey of an INSECURE key for development, marked as such, always the same for the same .r1cs. */
export const setupDevelopmentInsecure = async (r1cs: Uint8Array): Promise<Uint8Array> =>
  addSection(await setupFromToxicWaste(r1cs, developmentToxicWaste(r1cs)), MARK_SECTION, labelBytes())

const labelBytes = (): Uint8Array => new TextEncoder().encode(DEVELOPMENT_LABEL)

/**
 * Returns whether a .zkey is marked as made by {@link setupDevelopmentInsecure}. `isDevelopmentKey` finds keys without
 * contributions; this finds, among those, the ones that must not get any. Throws {@link CircuitFileError}.
 */
export function isMarkedDevelopment(zkey: Uint8Array): boolean {
  const mark = readSections(zkey, 'zkey').get(MARK_SECTION)
  return mark !== undefined && new TextDecoder().decode(mark) === DEVELOPMENT_LABEL
}

/** Returns the .zkey that snarkjs makes from a powers-of-tau file of `waste`. Throws {@link CircuitFileError}. */
export async function setupFromToxicWaste(bytes: Uint8Array, waste: ToxicWaste): Promise<Uint8Array> {
  const { tau, alpha, beta } = waste
  const r1cs = parseR1cs(bytes)
  const log = 32 - Math.clz32(r1cs.constraintCount + r1cs.publicSignals)
  if (log >= TWO_ADICITY) throw new CircuitFileError(`The circuit has too many constraints: ${r1cs.constraintCount}.`)
  const size = 2 ** log
  const { a, b, c, coefficients } = evaluateAt(r1cs, lagrangeAt(tau, log, 0, 1))
  const combined = a.map((value, i) => (multiply(beta, value) + multiply(alpha, b[i]!) + c[i]!) % FIELD_MODULUS)

  const { g1, g2 } = await fixedBases()
  const firstPrivate = r1cs.publicSignals + 1
  const points = {
    alpha1: g1.multiply([alpha]),
    beta1: g1.multiply([beta]),
    beta2: g2.multiply([beta]),
    ic: g1.multiply(combined.slice(0, firstPrivate)),
    h: g1.multiply(lagrangeAt(tau, log + 1, 1, 2)),
    c: g1.multiply(combined.slice(firstPrivate)),
    a: g1.multiply(a),
    b1: g1.multiply(b),
    b2: g2.multiply(b),
  }

  const header = new Uint8Array(84 + 3 * g1.pointBytes + 3 * g2.pointBytes)
  const view = new DataView(header.buffer)
  view.setUint32(0, 32, true)
  writeScalar(view, 4, BASE_MODULUS)
  view.setUint32(36, 32, true)
  writeScalar(view, 40, FIELD_MODULUS)
  view.setUint32(72, r1cs.wires, true)
  view.setUint32(76, r1cs.publicSignals, true)
  view.setUint32(80, size, true)
  // alpha1, beta1, beta2, gamma2, delta1, delta2: gamma = delta = 1.
  const headerPoints: [FixedBase, Uint8Array][] = [
    [g1, points.alpha1],
    [g1, points.beta1],
    [g2, points.beta2],
    [g2, g2.generator],
    [g1, g1.generator],
    [g2, g2.generator],
  ]
  let offset = 84
  for (const [, point] of headerPoints) {
    header.set(point, offset)
    offset += point.length
  }

  const hash = blake2b.create({ dkLen: 64 })
  const hashLength = (length: number) => {
    const bigEndian = new Uint8Array(4)
    new DataView(bigEndian.buffer).setUint32(0, length)
    hash.update(bigEndian)
  }
  const hashPoints = (group: FixedBase, bytes: Uint8Array) => {
    hashLength(bytes.length / group.pointBytes)
    hash.update(group.toUncompressed(bytes))
  }
  for (const [group, point] of headerPoints) hash.update(group.toUncompressed(point))
  hashPoints(g1, points.ic)
  hashLength(size - 1)
  hash.update(g1.toUncompressed(g1.multiply(vanishingPowers(tau, size))))
  hashPoints(g1, points.c)
  hashPoints(g1, points.a)
  hashPoints(g1, points.b1)
  hashPoints(g2, points.b2)
  const contributions = new Uint8Array(68)
  contributions.set(hash.digest())

  return writeSections('zkey', 1, [
    [1, Uint8Array.of(1, 0, 0, 0)], // Groth16
    [2, header],
    [4, coefficients],
    [3, points.ic],
    [9, points.h],
    [8, points.c],
    [5, points.a],
    [6, points.b1],
    [7, points.b2],
    [10, contributions],
  ])
}

/**
 * Returns each wire's A, B and C polynomial at tau, and the .zkey's section of coefficients. As snarkjs does, every
 * public signal and the constant get a row of their own in A, so that signals that no constraint uses stay bound.
 */
function evaluateAt(r1cs: R1cs, lagrange: readonly bigint[]) {
  const sides = Array.from({ length: 3 }, () => new Array<bigint>(r1cs.wires).fill(0n)) as [
    bigint[],
    bigint[],
    bigint[],
  ]
  const [a] = sides
  const entries: [side: number, row: number, wire: number, coefficient: bigint][] = []
  forEachTerm(r1cs, (row, side, wire, coefficient) => {
    sides[side][wire] = (sides[side][wire]! + coefficient * lagrange[row]!) % FIELD_MODULUS
    if (side !== 2) entries.push([side, row, wire, coefficient])
  })
  for (let wire = 0; wire <= r1cs.publicSignals; wire++) {
    const row = r1cs.constraintCount + wire
    a[wire] = (a[wire]! + lagrange[row]!) % FIELD_MODULUS
    entries.push([0, row, wire, 1n])
  }
  const coefficients = new Uint8Array(4 + entries.length * 44)
  const view = new DataView(coefficients.buffer)
  view.setUint32(0, entries.length, true)
  entries.forEach(([side, row, wire, coefficient], i) => {
    const offset = 4 + i * 44
    view.setUint32(offset, side, true)
    view.setUint32(offset + 4, row, true)
    view.setUint32(offset + 8, wire, true)
    writeScalar(view, offset + 12, multiply(coefficient, MONTGOMERY_SQUARED))
  })
  return { a: sides[0], b: sides[1], c: sides[2], coefficients }
}

/** Returns τ^i (τ^n − 1): H in the monomial basis, as far as snarkjs hashes it. */
function vanishingPowers(tau: bigint, size: number): bigint[] {
  const vanishing = toField(power(tau, BigInt(size)) - 1n)
  const count = size - 1 <= HASH_CHUNK ? size - 1 : Math.ceil((size - 1) / HASH_CHUNK) * HASH_CHUNK
  const powers: bigint[] = []
  for (let i = 0, at = vanishing; i < count; i++, at = multiply(at, tau)) powers.push(at)
  return powers
}
