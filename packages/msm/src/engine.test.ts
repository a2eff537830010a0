import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPoints, isOnCurve, LAMBDA, mod, multiplyPoint, negatePoint, ORDER, type Point } from '../reference/curve.ts'
import { referenceMsm } from '../reference/msm.ts'
import { compileEngine } from '../wasm/build.ts'
import { ELEMENT_BYTES } from '../wasm/layout.ts'
import { shortVectors } from './constants.ts'
import { type DigitKind, windowsOf } from './digits.ts'
import { type Engine, type Group, openEngine, withUnsharedMemory } from './engine.ts'
import { ENGINE_WASM } from './generated/engine-wasm.ts'
import { TABLES } from './plan.ts'
import { differentPoints, encodePoints, encodeScalars, scalarsFrom } from './points.fixture.ts'

const SEED = BigInt(process.env.MSM_SEED ?? Math.floor(Math.random() * 2 ** 32))
const GROUPS = ['g1', 'g2'] as const
const POINTS = { g1: differentPoints('g1', 300), g2: differentPoints('g2', 300) }

let one: Engine
let two: Engine
beforeAll(async () => {
  process.stdout.write(`MSM_SEED=${SEED}\n`)
  one = await openEngine()
  two = await openEngine({ threads: 2 })
})
afterAll(() => Promise.all([one.dispose(), two.dispose()]))

async function engineMsm(engine: Engine, group: Group, points: readonly Point[], scalars: readonly bigint[]) {
  const bases = await engine.loadBases(group, encodePoints(group, points))
  try {
    return await engine.msm(bases, encodeScalars(scalars), { check: true })
  } finally {
    bases.free()
  }
}

const random = scalarsFrom(SEED)
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100, 257]
const edges = [
  0n,
  1n,
  ORDER - 1n,
  2n,
  ORDER - 2n,
  LAMBDA,
  ORDER - LAMBDA,
  1n << 127n,
  (1n << 126n) - 1n,
  1n << 126n,
  (1n << 127n) - 1n,
  (1n << 128n) - 1n,
  ...longestHalves(),
]

/** Scalars at the corners of what is nearer to 0 than to any other of the lattice, whose halves are the longest, and beyond. */
function longestHalves(): bigint[] {
  const [[a1, b1], [a2, b2]] = shortVectors(LAMBDA)
  const part = (a: bigint, b: bigint, twentieths: bigint): bigint =>
    mod((a * twentieths) / 20n + ((b * twentieths) / 20n) * LAMBDA, ORDER)
  return [10n, 11n, 13n].flatMap((twentieths) =>
    [part(a1 + a2, b1 + b2, twentieths), part(a1 - a2, b1 - b2, twentieths)].flatMap((k) => [k, ORDER - k]),
  )
}

for (const group of GROUPS) {
  test.each(sizes)(`${group}: equals the reference for %i random scalars, on one thread and on two`, async (n) => {
    const points = POINTS[group].slice(0, n)
    const scalars = points.map(random)
    const expected = referenceMsm(points, scalars)
    expect(await engineMsm(one, group, points, scalars)).toEqual(expected)
    expect(await engineMsm(two, group, points, scalars)).toEqual(expected)
  })

  test.each<[string, (i: number) => Point]>([
    ['different points', (i) => POINTS[group][i]],
    ['equal points', () => POINTS[group][0]],
    ['a point and its inverse in turn', (i) => (i % 2 === 0 ? POINTS[group][0] : negatePoint(POINTS[group][0]))],
    ['a point and its double in turn', (i) => addPoints(POINTS[group][0], i % 2 === 0 ? undefined : POINTS[group][0])],
    ['infinity among points', (i) => (i % 3 === 0 ? undefined : POINTS[group][i])],
    ['infinity alone', () => undefined],
    [
      'images under the endomorphism',
      (i) => multiplyPoint(POINTS[group][0], [1n, LAMBDA, mod(LAMBDA ** 2n, ORDER)][i % 3]!),
    ],
  ])(`${group}: equals the reference for edge scalars of %s`, async (_, point) => {
    // Each scalar with different neighbours, and the same scalar several times over.
    const scalars = [...edges, ...edges.toReversed(), ...edges, ...edges.map(() => 5n)]
    const points = scalars.map((_, i) => point(i))
    expect(await engineMsm(one, group, points, scalars)).toEqual(referenceMsm(points, scalars))
  })

  test(`${group}: equals the reference for bits, most of them zero or one`, async () => {
    const scalars = POINTS[group].map((_, i) => (i % 97 === 0 ? random() : BigInt(i % 3 === 0)))
    expect(await engineMsm(two, group, POINTS[group], scalars)).toEqual(referenceMsm(POINTS[group], scalars))
  })
}

test.each<[Group, number, number]>([
  ['g1', 300, 4],
  ['g1', 300, 0.2],
  ['g1', 1000, 0.5],
  ['g2', 300, 4],
  ['g2', 300, 0.3],
])('%s: %i points with a table of at most %f MiB give the same sums', async (group, count, memoryMiB) => {
  const points = Array.from({ length: count }, (_, i) => (i % 50 === 7 ? undefined : POINTS[group][i % 300]))
  for (const engine of [one, two]) {
    const bases = await engine.loadBases(group, encodePoints(group, points))
    const scalars = encodeScalars(points.map((_, i) => (i < edges.length ? edges[i]! : random())))
    const before = await engine.msm(bases, scalars)
    const parts: number[] = []
    const table = await engine.buildTable(bases, memoryMiB, (part) => parts.push(part))
    expect(table!.memoryMiB).toBeLessThanOrEqual(memoryMiB)
    expect(parts.at(-1)).toBe(1)
    expect(await engine.msm(bases, scalars)).toEqual(before)
    expect(await engine.msm(bases, scalars.subarray(0, 32 * edges.length))).toEqual(
      referenceMsm(points.slice(0, edges.length), edges),
    )
    bases.free()
  }
})

test.each<[DigitKind, number, number]>([
  ['windows', 13, 10],
  ['windows', 16, 3],
  ['windows', 18, 8],
  ['lfg', 11, 12],
  ['lfg', 16, 8],
  ['lfg', 14, 4],
  ['lfg', 18, 8],
  ['hexagonal', 4, 33],
  ['hexagonal', 7, 5],
  ['hexagonal', 8, 16],
  ['hexagonal', 9, 15],
])('tables of %s of %i bits in %i rows give the same sums', async (kind, bits, rows) => {
  for (const [engine, group] of [
    [one, 'g1'],
    [two, 'g1'],
    [one, 'g2'],
  ] as const) {
    const { points, scalars, sum } = tabled(group)
    const bases = await engine.loadBases(group, encodePoints(group, points))
    const windows = windowsOf(kind, bits)
    const passes = Math.ceil(windows / rows)
    const { multiples, coordinates } = TABLES[kind]
    const stride = multiples * coordinates * ELEMENT_BYTES * (group === 'g1' ? 1 : 2)
    await engine.buildPlanned(bases, { kind, bits, windows, passes, rows: Math.ceil(windows / passes), stride })
    expect(await engine.msm(bases, encodeScalars(scalars))).toEqual(sum)
    bases.free()
  }
})

/** Points some of which are equal and one infinite, scalars and their sum. */
const tabled = memoize((group: Group) => {
  const scalars = [...edges, ...edges.map(random), ...edges]
  const points = scalars.map((_, i) => (i === 3 ? undefined : POINTS[group][i % (2 * edges.length)]))
  return { points, scalars, sum: referenceMsm(points, scalars) }
})

function memoize<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    if (!made.has(key)) made.set(key, make(key))
    return made.get(key)!
  }
}

test('a table that would not help is not built', async () => {
  const bases = await one.loadBases('g1', encodePoints('g1', POINTS.g1))
  expect(await one.buildTable(bases, 0)).toBeNull()
  bases.free()
})

test('a great sum agrees with its parts: linear in scalars, over thousands of points', async () => {
  const points = Array.from({ length: 5000 }, (_, i) => POINTS.g1[i % 300])
  const [left, right] = [points.map(random), points.map(random)]
  const sum = left.map((scalar, i) => mod(scalar + right[i]!, ORDER))
  const bases = await two.loadBases('g1', encodePoints('g1', points))
  const [a, b, both] = [
    await two.msm(bases, encodeScalars(left)),
    await two.msm(bases, encodeScalars(right)),
    await two.msm(bases, encodeScalars(sum)),
  ]
  expect(isOnCurve(both)).toBe(true)
  expect(addPoints(a, b)).toEqual(both)
  // Fewer scalars than points take the first points.
  expect(await two.msm(bases, encodeScalars([3n]))).toEqual(multiplyPoint(points[0], 3n))
  bases.free()
})

test('refuses what is no whole number of points or scalars, or more scalars than points', async () => {
  await expect(one.loadBases('g2', new Uint8Array(64))).rejects.toMatchObject({ code: 'MSM_LENGTH_MISMATCH' })
  const bases = await one.loadBases('g1', encodePoints('g1', POINTS.g1.slice(0, 2)))
  for (const length of [1, 33, 96])
    await expect(one.msm(bases, new Uint8Array(length))).rejects.toMatchObject({ code: 'MSM_LENGTH_MISMATCH' })
  bases.free()
  await expect(one.msm(bases, new Uint8Array(32))).rejects.toMatchObject({ code: 'MSM_DISPOSED' })
})

test('memory is given back: loading and freeing again and again does not grow it', async () => {
  const engine = await openEngine()
  const bytes = encodePoints('g1', POINTS.g1)
  const sizes = new Set<number>()
  for (let i = 0; i < 20; i++) {
    const bases = await engine.loadBases('g1', bytes)
    await engine.msm(bases, encodeScalars(POINTS.g1.map(random)))
    bases.free()
    bases.free()
    if (i > 0) sizes.add(engine.memory.buffer.byteLength)
  }
  expect(sizes.size).toBe(1)
  await engine.dispose()
})

test.each(['succeeds', 'fails'])('what is borrowed is cleared where the work %s', async (outcome) => {
  const engine = await openEngine()
  let at = 0
  const work = engine.borrow([64], async (address) => {
    at = address!
    engine.write(at, new Uint8Array(64).fill(7))
    if (outcome === 'fails') throw new RangeError(outcome)
  })
  await work.catch((error: unknown) => expect(error).toBeInstanceOf(RangeError))
  expect(new Uint8Array(engine.memory.buffer, at, 64).every((byte) => byte === 0)).toBe(true)
  await engine.dispose()
})

test('calls that overlap are done one after the other', async () => {
  const points = POINTS.g1.slice(0, 20)
  const bases = await two.loadBases('g1', encodePoints('g1', points))
  const scalars = Array.from({ length: 4 }, () => points.map(random))
  const sums = await Promise.all(scalars.map((own) => two.msm(bases, encodeScalars(own))))
  expect(sums).toEqual(scalars.map((own) => referenceMsm(points, own)))
  bases.free()
})

test('works without shared memory: the module says what memory it imports', async () => {
  const bytes = Uint8Array.from(Buffer.from(ENGINE_WASM, 'base64'))
  const unshared = withUnsharedMemory(bytes)
  expect(unshared.filter((byte, i) => byte !== bytes[i])).toHaveLength(1)
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 })
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(unshared), { env: { memory, abort() {} } })
  expect(Object.keys(instance.exports)).toContain('runUnit')
})

test('an engine that was disposed of says so', async () => {
  const engine = await openEngine({ threads: 2 })
  await engine.dispose()
  await expect(engine.loadBases('g1', new Uint8Array(64))).rejects.toMatchObject({ code: 'MSM_DISPOSED' })
})

test('a process with threads ends by itself, disposed of or not', async () => {
  const here = JSON.stringify(new URL('./engine.ts', import.meta.url).href)
  for (const last of ['await engine.dispose()', '']) {
    const script = `const { openEngine } = await import(${here})
      const engine = await openEngine({ threads: 2 })
      const bases = await engine.loadBases('g1', new Uint8Array(64))
      console.log(await engine.msm(bases, new Uint8Array(32)))
      ${last}`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout.trim()).toBe('undefined')
  }
})

test('the module follows from its sources, byte for byte', async () => {
  expect(Buffer.from(await compileEngine()).toString('base64')).toBe(ENGINE_WASM)
})
