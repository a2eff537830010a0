/**
 * snarkjs's Groth16 .zkey on BN254, as views on its bytes.
 *
 * Numbers are little-endian. Points are affine, coordinates of 32 bytes in Montgomery form with R = 2^256, those of F_q²
 * as c0 then c1; infinity is all zeros. n wires, p public signals, a domain of d = 2^k rows:
 *
 * | section | bytes | content |
 * |---|---|---|
 * | 1 | 4 | protocol, 1 for Groth16 |
 * | 2 | 660 | 32, q, 32, r, n, p, d, then alpha1 beta1 beta2 gamma2 delta1 delta2 |
 * | 3 | 64 (p + 1) | IC: (beta·A_i + alpha·B_i + C_i)/gamma of the constant and the public signals |
 * | 4 | 4 + 44 m | m coefficients of A and B ({@link readCoefficients}) |
 * | 5, 6 | 64 n | A_i(tau), B_i(tau) in G1 |
 * | 7 | 128 n | B_i(tau) in G2 |
 * | 8 | 64 (n − p − 1) | (beta·A_i + alpha·B_i + C_i)/delta of the private wires |
 * | 9 | 64 d | L_{2i+1}(tau)/delta, L the Lagrange basis of the domain of 2 d: the odd coset, on which H is evaluated |
 * | 10 | ≥ 68 | hash of the circuit and of the powers of tau (64), count, contributions |
 *
 * Sections of other ids are left alone, as snarkjs does.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { BASE_MODULUS } from './bn254.ts'
import { CircuitFileError } from './errors.ts'
import { isInfinity, isOnG1, isOnG2 } from './points.ts'
import {
  findUnreduced,
  openSections,
  readBlob,
  readScalar,
  readSections,
  section,
  viewOf,
  writeScalar,
} from './section-file.ts'

export const G1_BYTES = 64
export const G2_BYTES = 128

/** The odd coset takes a root of unity of order 2 d, and r − 1 has 28 factors of 2. */
const LARGEST_DOMAIN = 2 ** 27
const GROTH16 = 1
const SIZES_END = 84
const HEADER_BYTES = SIZES_END + 3 * G1_BYTES + 3 * G2_BYTES
const COEFFICIENT_BYTES = 44
const CONTRIBUTIONS_BYTES = 68

/** `Points` are in memory, or parts of a file that is read as they are wanted. */
export interface ProvingKey<Points extends Uint8Array | Blob = Uint8Array> {
  /** Wires, the constant 1 included: the length of a witness. */
  readonly wires: number
  /** Public signals: wires 1 to `publicSignals`. */
  readonly publicSignals: number
  readonly domainSize: number
  readonly alpha1: Uint8Array
  readonly beta1: Uint8Array
  readonly beta2: Uint8Array
  readonly gamma2: Uint8Array
  readonly delta1: Uint8Array
  readonly delta2: Uint8Array
  /** `publicSignals` + 1 points of G1. */
  readonly ic: Uint8Array
  /** `coefficientCount` entries of 44 bytes, for {@link readCoefficients}. */
  readonly coefficients: Uint8Array
  readonly coefficientCount: number
  /** `wires` points of G1, G1 and G2. */
  readonly a: Points
  readonly b1: Points
  readonly b2: Points
  /** `wires` − `publicSignals` − 1 points of G1: that of wire w is number w − `publicSignals` − 1. */
  readonly c: Points
  /** `domainSize` points of G1. */
  readonly h: Points
  readonly contributions: Uint8Array
}

const range = (message: string): CircuitFileError => new CircuitFileError(message, { problem: 'range' })

/**
 * Returns a .zkey's parts. Checks every size, count and index, that numbers are reduced, and that the points of the
 * verification key are on their curves: some milliseconds for 2^16 rows. Throws {@link CircuitFileError}.
 */
export function parseProvingKey(zkey: Uint8Array): ProvingKey {
  const sections = readSections(zkey, 'zkey')
  const key = keyOf(sections, sections)
  for (const points of pointsOf(key)) checkReduced(points)
  return key
}

/** Sections that a key's size says nothing of, or that are read once: all but the points. */
const READ_AT_ONCE = [1, 2, 3, 4, 10]
const WINDOW_BYTES = 2 ** 20

/**
 * {@link parseProvingKey} of a file that is not in memory (Node: `fs.openAsBlob`; a browser's chosen file): points are looked
 * through a window at a time, and are yet to be read. Throws {@link CircuitFileError}.
 */
export async function readProvingKey(zkey: Blob): Promise<ProvingKey<Blob>> {
  const sections = await openSections(zkey, 'zkey')
  const atOnce = new Map<number, Uint8Array>()
  for (const id of READ_AT_ONCE) {
    const part = sections.get(id)
    if (part) atOnce.set(id, await readBlob(part))
  }
  const key = keyOf(atOnce, sections)
  for (const points of pointsOf(key))
    for (let from = 0; from < points.size; from += WINDOW_BYTES) {
      const window = await readBlob(points.slice(from, from + WINDOW_BYTES))
      checkReduced(window)
      // Freed now where the language can (Node 20 cannot), and not whenever it is collected.
      ;(window.buffer as Partial<ArrayBuffer>).transfer?.(0)
    }
  return key
}

const pointsOf = <Points extends Uint8Array | Blob>({ a, b1, b2, c, h }: ProvingKey<Points>): Points[] => [
  a,
  b1,
  b2,
  c,
  h,
]

function checkReduced(points: Uint8Array): void {
  if (findUnreduced(viewOf(points), BASE_MODULUS) >= 0)
    throw new CircuitFileError('A coordinate of the key is no element of the base field.', { problem: 'element' })
}

/** Returns the key of `sections`, all checked but that its points are reduced; those in `large` may be yet to be read. */
function keyOf<Points extends Uint8Array | Blob>(
  sections: ReadonlyMap<number, Uint8Array>,
  large: ReadonlyMap<number, Points>,
): ProvingKey<Points> {
  if (viewOf(section(sections, 1, 4)).getUint32(0, true) !== GROTH16)
    throw new CircuitFileError('The key is not for Groth16.', { problem: 'format' })
  const header = section(sections, 2)
  const view = viewOf(header)
  if (
    header.length >= SIZES_END &&
    (view.getUint32(0, true) !== 32 ||
      readScalar(view, 4) !== BASE_MODULUS ||
      view.getUint32(36, true) !== 32 ||
      readScalar(view, 40) !== FIELD_MODULUS)
  )
    throw new CircuitFileError('The key is not over BN254.', { problem: 'field' })
  section(sections, 2, HEADER_BYTES)
  const wires = view.getUint32(72, true)
  const publicSignals = view.getUint32(76, true)
  const domainSize = view.getUint32(80, true)
  if (publicSignals >= wires) throw range(`The key has ${publicSignals} public signals of ${wires} wires.`)
  if (domainSize < 1 || domainSize > LARGEST_DOMAIN || (domainSize & (domainSize - 1)) !== 0)
    throw range(`The key has a domain of ${domainSize}, which is no power of two up to 2^27.`)

  let offset = SIZES_END
  const take = (length: number): Uint8Array => {
    offset += length
    return header.subarray(offset - length, offset)
  }
  const [alpha1, beta1, beta2] = [take(G1_BYTES), take(G1_BYTES), take(G2_BYTES)] as const
  const [gamma2, delta1, delta2] = [take(G2_BYTES), take(G1_BYTES), take(G2_BYTES)] as const
  const contributions = section(sections, 10)
  if (contributions.length < CONTRIBUTIONS_BYTES)
    throw new CircuitFileError('The key lacks the hash of its circuit.', { problem: 'size' })
  const key: ProvingKey<Points> = {
    ...{ wires, publicSignals, domainSize, alpha1, beta1, beta2, gamma2, delta1, delta2, contributions },
    ic: section(sections, 3, (publicSignals + 1) * G1_BYTES),
    ...checkedCoefficients(section(sections, 4), { wires, publicSignals, domainSize }),
    a: section(large, 5, wires * G1_BYTES),
    b1: section(large, 6, wires * G1_BYTES),
    b2: section(large, 7, wires * G2_BYTES),
    c: section(large, 8, (wires - publicSignals - 1) * G1_BYTES),
    h: section(large, 9, domainSize * G1_BYTES),
  }
  for (const points of [header.subarray(SIZES_END), key.ic]) checkReduced(points)
  checkCurve('verification key', finite(isOnG1, G1_BYTES), G1_BYTES, [alpha1, beta1, delta1, key.ic])
  checkCurve('verification key', finite(isOnG2, G2_BYTES), G2_BYTES, [beta2, gamma2, delta2])
  return key
}

/**
 * Checks that each of the key's points is on its curve, in whatever subgroup: 0.3 s for 2^16 rows. Without it a key with
 * another point makes no wrong proof either, since a proof is verified before it is returned.
 * Throws {@link CircuitFileError}.
 */
export function checkProvingKeyPoints({ a, b1, b2, c, h }: ProvingKey): void {
  // A wire that a matrix does not read has infinity there.
  checkCurve('proving key', isOnG1, G1_BYTES, [a, b1, c, h])
  checkCurve('proving key', isOnG2, G2_BYTES, [b2])
}

type PointCheck = (view: DataView, offset: number) => boolean

const finite =
  (isOnCurve: PointCheck, pointBytes: number): PointCheck =>
  (view, offset) =>
    isOnCurve(view, offset) && !isInfinity(view, offset, pointBytes)

function checkCurve(name: string, check: PointCheck, pointBytes: number, sections: readonly Uint8Array[]): void {
  for (const bytes of sections) {
    const view = viewOf(bytes)
    for (let offset = 0; offset < bytes.length; offset += pointBytes)
      if (!check(view, offset))
        throw new CircuitFileError(`A point of the ${name} is not on its curve.`, { problem: 'point' })
  }
}

function checkedCoefficients(
  bytes: Uint8Array,
  { wires, publicSignals, domainSize }: Pick<ProvingKey, 'wires' | 'publicSignals' | 'domainSize'>,
): Pick<ProvingKey, 'coefficients' | 'coefficientCount'> {
  const count = bytes.length >= 4 ? viewOf(bytes).getUint32(0, true) : 0
  if (bytes.length !== 4 + count * COEFFICIENT_BYTES)
    throw new CircuitFileError('The section of coefficients has not the size that it states.', { problem: 'size' })
  const coefficients = bytes.subarray(4)
  const view = viewOf(coefficients)
  let lastRow = 0
  for (let i = 0, at = 0; i < count; i++, at += COEFFICIENT_BYTES) {
    const row = view.getUint32(at + 4, true)
    if (view.getUint32(at, true) > 1 || row >= domainSize || view.getUint32(at + 8, true) >= wires)
      throw range(`Coefficient ${i} of the key is outside the matrices.`)
    if (row > lastRow) lastRow = row
  }
  // The rows are the constraints, then one for each public signal and the constant: snarkjs takes the least domain.
  if (lastRow < publicSignals || (domainSize > 2 && lastRow < domainSize / 2))
    throw range(`The key has a domain of ${domainSize}, but ${lastRow + 1} rows.`)
  if (findUnreduced(view, FIELD_MODULUS, { offset: 12, stride: COEFFICIENT_BYTES, count }) >= 0)
    throw new CircuitFileError('A coefficient of the key is no element of the scalar field.', { problem: 'element' })
  return { coefficients, coefficientCount: count }
}

/** A sparse matrix by rows. Row i has the entries rowStarts[i] to rowStarts[i + 1] − 1, in the file's order. */
export interface SparseMatrix {
  /** `domainSize` + 1 numbers. */
  readonly rowStarts: Uint32Array<ArrayBuffer>
  /** Of each entry: the wire that it multiplies. */
  readonly wires: Uint32Array<ArrayBuffer>
  /** Of each entry: which of {@link Coefficients.constants} it is. */
  readonly constants: Uint32Array<ArrayBuffer>
}

/**
 * The matrices A and B of the circuit's constraints ⟨A_i, w⟩ · ⟨B_i, w⟩ = ⟨C_i, w⟩. An entry takes 8 bytes instead of
 * the file's 44: a circuit has few constants beside its many entries.
 */
export interface Coefficients {
  readonly a: SparseMatrix
  readonly b: SparseMatrix
  /**
   * The distinct coefficients v, 32 bytes each, as v·R² mod r with R = 2^256: a Montgomery product with a plain w gives
   * v·w in Montgomery form. Number {@link CONSTANT_ONE} is 1 and {@link CONSTANT_MINUS_ONE} is −1, used or not.
   */
  readonly constants: Uint8Array<ArrayBuffer>
}

export const CONSTANT_ONE = 0
export const CONSTANT_MINUS_ONE = 1

const MONTGOMERY_SQUARED = (1n << 512n) % FIELD_MODULUS

/** Returns section 4 of a parsed key by rows: 0.1 s for a million entries, at most. */
export function readCoefficients({
  coefficients,
  coefficientCount,
  domainSize,
}: Pick<ProvingKey, 'coefficients' | 'coefficientCount' | 'domainSize'>): Coefficients {
  const view = viewOf(coefficients)
  const starts = [new Uint32Array(domainSize + 1), new Uint32Array(domainSize + 1)] as const
  for (let i = 0, at = 0; i < coefficientCount; i++, at += COEFFICIENT_BYTES)
    starts[view.getUint32(at, true) as 0 | 1][view.getUint32(at + 4, true) + 1]!++
  for (const matrix of starts) for (let row = 0; row < domainSize; row++) matrix[row + 1]! += matrix[row]!

  const [a, b] = starts.map((rowStarts): SparseMatrix => {
    const count = rowStarts[domainSize]!
    return { rowStarts, wires: new Uint32Array(count), constants: new Uint32Array(count) }
  }) as [SparseMatrix, SparseMatrix]
  const next = [starts[0].slice(), starts[1].slice()] as const
  const constants = new ConstantTable()
  for (let i = 0, at = 0; i < coefficientCount; i++, at += COEFFICIENT_BYTES) {
    const side = view.getUint32(at, true) as 0 | 1
    const matrix = side === 0 ? a : b
    const entry = next[side][view.getUint32(at + 4, true)]!++
    matrix.wires[entry] = view.getUint32(at + 8, true)
    matrix.constants[entry] = constants.indexOf(view, at + 12)
  }
  return { a, b, constants: constants.bytes() }
}

/** How far a place is looked for: crafted constants, whose hashes are equal, must not take quadratic time. */
const LONGEST_PROBE = 32

/**
 * Distinct 32-byte values, numbered as they come: open addressing over their words. A value for which there is no place
 * near its own is numbered again when it comes again.
 */
class ConstantTable {
  #values = new Uint8Array(32 * 1024)
  #view = viewOf(this.#values)
  #slots = new Int32Array(4096).fill(-1)
  #count = 0

  constructor() {
    const bytes = viewOf(new Uint8Array(32))
    for (const value of [MONTGOMERY_SQUARED, FIELD_MODULUS - MONTGOMERY_SQUARED]) {
      writeScalar(bytes, 0, value)
      this.indexOf(bytes, 0)
    }
  }

  indexOf(view: DataView, offset: number): number {
    const mask = this.#slots.length - 1
    let slot = hashAt(view, offset) & mask
    for (let probe = 0; probe < LONGEST_PROBE; probe++, slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!
      if (index < 0) {
        this.#slots[slot] = this.#count
        break
      }
      if (equalAt(this.#view, 32 * index, view, offset)) return index
    }
    return this.#add(view, offset)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#values.slice(0, 32 * this.#count)
  }

  #add(view: DataView, offset: number): number {
    const index = this.#count++
    if (32 * this.#count > this.#values.length) {
      const values = new Uint8Array(2 * this.#values.length)
      values.set(this.#values)
      this.#values = values
      this.#view = viewOf(values)
    }
    for (let at = 0; at < 32; at += 4) this.#view.setUint32(32 * index + at, view.getUint32(offset + at, true), true)
    if (2 * this.#count > this.#slots.length) this.#place(new Int32Array(2 * this.#slots.length).fill(-1))
    return index
  }

  #place(slots: Int32Array<ArrayBuffer>): void {
    const mask = slots.length - 1
    for (let index = 0; index < this.#count; index++) {
      let slot = hashAt(this.#view, 32 * index) & mask
      for (let probe = 0; probe < LONGEST_PROBE; probe++, slot = (slot + 1) & mask)
        if (slots[slot]! < 0) {
          slots[slot] = index
          break
        }
    }
    this.#slots = slots
  }
}

function hashAt(view: DataView, offset: number): number {
  let hash = 0
  for (let at = 0; at < 32; at += 4)
    hash = Math.imul(hash ^ view.getUint32(offset + at, true), 0x9e37_79b1) ^ (hash >>> 15)
  return hash ^ (hash >>> 16)
}

function equalAt(a: DataView, aOffset: number, b: DataView, bOffset: number): boolean {
  for (let at = 0; at < 32; at += 4)
    if (a.getUint32(aOffset + at, true) !== b.getUint32(bOffset + at, true)) return false
  return true
}
