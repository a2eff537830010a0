/**
 * Multiples of the generators of BN254's G1 and G2, in bulk: 8-bit windows over a precomputed table, with the point
 * arithmetic of ffjavascript's WASM on one thread. Not constant time: for public setups only.
 * @module
 */
import { buildBn128 } from 'ffjavascript'
import { writeScalar } from './section-file.ts'

const WINDOWS = 32
const ENTRIES = 255
const PAGE_BYTES = 65_536
const INITIAL_PAGES = 25
/** Points at a time, at most: their coordinates fit into the WASM's scratch memory, as the table's do. */
const CHUNK = 8192

type PointOperations = Record<string, (...parameters: number[]) => number>

/** Multiplies one generator by many scalars. Points are affine, little-endian, Montgomery (the .zkey encoding). */
export interface FixedBase {
  pointBytes: number
  /** The generator. */
  generator: Uint8Array
  /** Returns scalars[i] · generator, one after the other; 0 gives the all-zero encoding of infinity. */
  multiply(scalars: readonly bigint[]): Uint8Array
  /** Returns points as uncompressed big-endian plain coordinates: what a circuit hash covers. */
  toUncompressed(points: Uint8Array): Uint8Array
}

/** Returns the fixed bases of both groups. */
export async function fixedBases(): Promise<{ g1: FixedBase; g2: FixedBase }> {
  const curve = await buildBn128(true)
  const build = async (group: 'G1' | 'G2', prefix: string, coordinateBytes: number) => {
    const generator = new Uint8Array(2 * coordinateBytes)
    curve[group].toRprLEM(generator, 0, curve[group].g)
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES })
    const instance = await WebAssembly.instantiate(await WebAssembly.compile(curve.tm.code), { env: { memory } })
    return fixedBase(instance.exports as unknown as PointOperations, memory, prefix, coordinateBytes, generator)
  }
  return { g1: await build('G1', 'g1m', 32), g2: await build('G2', 'g2m', 64) }
}

function fixedBase(
  wasm: PointOperations,
  memory: WebAssembly.Memory,
  prefix: string,
  coordinateBytes: number,
  generator: Uint8Array,
): FixedBase {
  const affine = 2 * coordinateBytes
  const jacobian = 3 * coordinateBytes
  const operation = (name: string) => wasm[`${prefix}_${name}`]!
  const [add, addMixed, double] = [operation('add'), operation('addMixed'), operation('double')]
  const [zero, toJacobian] = [operation('zero'), operation('toJacobian')]
  const [batchToAffine, batchLEMtoU] = [operation('batchToAffine'), operation('batchLEMtoU')]

  // WASM's own scratch memory lies in the first INITIAL_PAGES (batchToAffine takes a coordinate a point there):
  // ours is appended behind it.
  const allocate = (length: number): number => {
    const pointer = memory.buffer.byteLength
    memory.grow(Math.ceil(length / PAGE_BYTES))
    return pointer
  }
  const write = (pointer: number, bytes: Uint8Array) => new Uint8Array(memory.buffer).set(bytes, pointer)
  const read = (pointer: number, length: number) => new Uint8Array(memory.buffer).slice(pointer, pointer + length)

  /** table[w][d − 1] = d · 2^(8w) · generator, affine. */
  const table = (() => {
    const points = allocate(WINDOWS * ENTRIES * jacobian)
    const base = allocate(jacobian)
    write(base, generator)
    toJacobian(base, base)
    for (let window = 0; window < WINDOWS; window++) {
      let previous = base
      for (let entry = 0; entry < ENTRIES; entry++) {
        const point = points + (window * ENTRIES + entry) * jacobian
        if (entry === 0) write(point, read(base, jacobian))
        else add(previous, base, point)
        previous = point
      }
      for (let i = 0; i < 8; i++) double(base, base)
    }
    batchToAffine(points, WINDOWS * ENTRIES, points)
    return points
  })()

  const scratch = allocate(CHUNK * jacobian)
  const digits = new Uint8Array(WINDOWS)
  const digitsView = new DataView(digits.buffer)

  const multiplyChunk = (scalars: readonly bigint[]): Uint8Array => {
    scalars.forEach((scalar, i) => {
      const sum = scratch + i * jacobian
      zero(sum)
      if (scalar === 0n) return
      writeScalar(digitsView, 0, scalar)
      for (let window = 0; window < WINDOWS; window++) {
        const digit = digits[window]!
        if (digit !== 0) addMixed(sum, table + (window * ENTRIES + digit - 1) * affine, sum)
      }
    })
    batchToAffine(scratch, scalars.length, scratch)
    return read(scratch, scalars.length * affine)
  }

  /** Calls `run` for chunks of `count` items and joins what it returns. */
  const inChunks = (count: number, run: (start: number, end: number) => Uint8Array): Uint8Array => {
    const out = new Uint8Array(count * affine)
    for (let start = 0; start < count; start += CHUNK)
      out.set(run(start, Math.min(start + CHUNK, count)), start * affine)
    return out
  }

  return {
    pointBytes: affine,
    generator,
    multiply: (scalars) => inChunks(scalars.length, (start, end) => multiplyChunk(scalars.slice(start, end))),
    toUncompressed: (points) =>
      inChunks(points.length / affine, (start, end) => {
        write(scratch, points.subarray(start * affine, end * affine))
        batchLEMtoU(scratch, end - start, scratch)
        return read(scratch, (end - start) * affine)
      }),
  }
}
