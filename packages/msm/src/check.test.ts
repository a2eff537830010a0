import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  addPoints,
  BASE_MODULUS,
  isOnCurve,
  multiplyPoint,
  negatePoint,
  ORDER,
  type Point,
  psi,
} from '../reference/curve.ts'
import { bytesToBigint, writeBigint } from './bytes.ts'
import { type Engine, type Group, openEngine } from './engine.ts'
import { MsmError } from './errors.ts'
import { differentPoints, encodePoints, encodeScalars, scalarsFrom, twistPoint } from './points.fixture.ts'

const SEED = BigInt(process.env.MSM_SEED ?? Math.floor(Math.random() * 2 ** 32))
const random = scalarsFrom(SEED)

/** G2's curve has r·h points. */
const COFACTOR = 2n * BASE_MODULUS - ORDER
const COFACTOR_PRIMES = [10069n, 5864401n, 1875725156269n, 197620364512881247228717050342013327560683201906968909n]
/** BN254's parameter. */
const X = 4965661367192848881n

let one: Engine
let two: Engine
beforeAll(async () => {
  process.stdout.write(`MSM_SEED=${SEED}\n`)
  one = await openEngine()
  two = await openEngine({ threads: 2 })
})
afterAll(() => Promise.all([one.dispose(), two.dispose()]))

/** Loads points with checks; returns what is wrong, or undefined. */
async function problemOf(
  engine: Engine,
  group: Group,
  bytes: Uint8Array | readonly Uint8Array[],
): Promise<{ code: string; index: number | undefined } | undefined> {
  try {
    ;(await engine.loadBases(group, bytes, { check: true })).free()
    return undefined
  } catch (error) {
    if (!(error instanceof MsmError)) throw error
    return { code: error.code, index: error.index }
  }
}

const twistPoints = (first: bigint, count: number): NonNullable<Point>[] => {
  const points: NonNullable<Point>[] = []
  for (let x = first; points.length < count; x++) {
    const point = twistPoint(x)
    if (point) points.push(point)
  }
  return points
}

/** A point whose order is `prime`, which divides the cofactor. */
function pointOfOrder(prime: bigint): NonNullable<Point> {
  for (const point of twistPoints(1n, 20)) {
    const multiple = multiplyPoint(point, (COFACTOR / prime) * ORDER)
    if (multiple) return multiple
  }
  throw new RangeError(`No point of order ${prime} among 20.`)
}

describe('the relation that decides on the subgroup', () => {
  const trace = 6n * X * X + 1n

  test('the curve and its twist have the orders that the relation is proven with', () => {
    expect(BASE_MODULUS + 1n - trace).toBe(ORDER)
    expect(COFACTOR_PRIMES.reduce((product, prime) => product * prime)).toBe(COFACTOR)
    for (const point of twistPoints(1n, 3)) expect(multiplyPoint(point, ORDER * COFACTOR)).toBeUndefined()
  })

  test('ψ satisfies ψ² - tψ + p = 0 on the whole twist, and is p in the subgroup', () => {
    for (const point of [...twistPoints(1n, 3), differentPoints('g2', 3)[2]]) {
      const left = addPoints(psi(psi(point)), multiplyPoint(point, BASE_MODULUS))
      expect(left).toEqual(multiplyPoint(psi(point), trace))
    }
    const inside = differentPoints('g2', 3)[2]
    expect(psi(inside)).toEqual(multiplyPoint(inside, BASE_MODULUS))
  })

  test('its norm shares no factor with the cofactor: whatever satisfies it has an order that divides r', () => {
    // (x + 1) + xψ + xψ² - 2xψ³ = a + bψ modulo ψ² = tψ - p.
    const timesPsi = ([a, b]: readonly [bigint, bigint]) => [-b * BASE_MODULUS, a + b * trace] as const
    const second = timesPsi([0n, 1n])
    const third = timesPsi(second)
    const a = X + 1n + X * second[0] - 2n * X * third[0]
    const b = X + X * second[1] - 2n * X * third[1]
    const norm = a * a + a * b * trace + b * b * BASE_MODULUS
    expect(norm % ORDER).toBe(0n)
    for (const prime of COFACTOR_PRIMES) expect(norm % prime).not.toBe(0n)
    expect(COFACTOR % ORDER).not.toBe(0n)
  })

  test('no sum on the way to it is of equal or opposite points, in the subgroup', () => {
    const mod = (a: bigint) => ((a % ORDER) + ORDER) % ORDER
    const image = mod(BASE_MODULUS)
    const [q, q1, q2] = [X, mod(X * image), mod(X * image * image)]
    const pairs = [
      [q1, q2],
      [q, 1n],
      [mod(q1 + q2), mod(q + 1n)],
    ] as const
    for (const [left, right] of pairs) {
      expect(mod(left - right)).not.toBe(0n)
      expect(mod(left + right)).not.toBe(0n)
    }
    // The chain's multiples are below 2^64 and grow, so that none is ±1 again.
    expect(X).toBeLessThan(2n ** 63n)
  })
})

describe('cofactor traps', () => {
  const inside = differentPoints('g2', 2)[1]

  test.each(COFACTOR_PRIMES)(
    'a point of the small order %i is refused, alone and beside a point of order r',
    async (prime) => {
      const small = pointOfOrder(prime)
      expect(isOnCurve(small)).toBe(true)
      expect(multiplyPoint(small, prime)).toBeUndefined()
      for (const trap of [small, negatePoint(small), addPoints(small, inside), multiplyPoint(small, X)])
        expect(await problemOf(one, 'g2', encodePoints('g2', [inside, trap]))).toEqual({
          code: 'MSM_POINT_NOT_IN_SUBGROUP',
          index: 1,
        })
    },
  )

  test('every multiple of a point of order 10069 whose chain may meet itself is refused', async () => {
    // ±1, ±2 and the inverses of what the chain adds: an incomplete sum on the way must not let them pass.
    const small = pointOfOrder(10069n)
    const points: Point[] = []
    for (let point: Point = small; points.length < 200; point = addPoints(point, small)) points.push(point)
    for (const point of points)
      expect(await problemOf(one, 'g2', encodePoints('g2', [point]))).toEqual({
        code: 'MSM_POINT_NOT_IN_SUBGROUP',
        index: 0,
      })
  })

  test('points with all of the cofactor in their order are refused', async () => {
    for (const point of twistPoints(100n, 5)) {
      const torsion = multiplyPoint(point, ORDER)
      expect(await problemOf(one, 'g2', encodePoints('g2', [undefined, torsion]))).toMatchObject({ index: 1 })
      expect(await problemOf(one, 'g2', encodePoints('g2', [point]))).toMatchObject({ index: 0 })
    }
  })

  test('a point that is cleared of the cofactor is taken', async () => {
    const cleared = twistPoints(200n, 5).map((point) => multiplyPoint(point, COFACTOR))
    expect(await problemOf(one, 'g2', encodePoints('g2', cleared))).toBeUndefined()
  })
})

test('agrees with r·P = O on points at random, in and out of the subgroup', async () => {
  const outside = twistPoints(random() % 2n ** 200n, 4)
  for (let round = 0; round < 30; round++) {
    const points: Point[] = Array.from({ length: 1 + Number(random() % 19n) }, () => {
      const inside = multiplyPoint(differentPoints('g2', 1)[0], random())
      return random() % 8n === 0n ? addPoints(inside, outside[Number(random() % 4n)]) : inside
    })
    const bad = points.findIndex((point) => multiplyPoint(point, ORDER) !== undefined)
    const found = await problemOf(one, 'g2', encodePoints('g2', points))
    expect(found).toEqual(bad < 0 ? undefined : { code: 'MSM_POINT_NOT_IN_SUBGROUP', index: bad })
  }
})

test.each(['g1', 'g2'] as const)('%s: infinity is sound, at every place of a row', async (group) => {
  const points: Point[] = differentPoints(group, 17)
  for (let place = 0; place < 17; place++)
    expect(await problemOf(one, group, encodePoints(group, points.with(place, undefined)))).toBeUndefined()
  expect(await problemOf(one, group, encodePoints(group, [undefined]))).toBeUndefined()
  expect(await problemOf(one, group, new Uint8Array())).toBeUndefined()
})

test.each(['g1', 'g2'] as const)(
  '%s: a changed bit of any coordinate is found, at every place of a row',
  async (group) => {
    const points = differentPoints(group, 17)
    const size = encodePoints(group, points.slice(0, 1)).length
    for (let place = 0; place < 17; place++)
      for (let component = 0; component < size / 32; component++) {
        const bytes = encodePoints(group, points)
        bytes[place * size + 32 * component + (place % 31)]! ^= 1 << (place % 8)
        expect(await problemOf(one, group, bytes)).toEqual({ code: 'MSM_POINT_NOT_ON_CURVE', index: place })
      }
  },
)

test.each(['g1', 'g2'] as const)(
  '%s: a coordinate that is not reduced is refused, though its point is sound',
  async (group) => {
    const bytes = encodePoints(group, differentPoints(group, 9))
    const size = bytes.length / 9
    for (let component = 0; component < size / 32; component++) {
      const alias = bytes.slice()
      writeBigint(alias, 8 * size + 32 * component, bytesToBigint(bytes, 8 * size + 32 * component) + BASE_MODULUS)
      expect(await problemOf(one, group, alias)).toEqual({ code: 'MSM_POINT_NOT_ON_CURVE', index: 8 })
    }
    expect(await problemOf(one, group, bytes.slice().fill(255, 0, size))).toMatchObject({ index: 0 })
  },
)

test.each([1, 2])('the first of several is named, over parts and chunks, on %i threads', async (threads) => {
  const engine = threads === 1 ? one : two
  const good = encodePoints('g1', differentPoints('g1', 50))
  const many = new Uint8Array(5000 * 64)
  for (let i = 0; i < 100; i++) many.set(good, i * good.length)
  expect(await problemOf(engine, 'g1', [good, many])).toBeUndefined()
  for (const [first, later] of [
    [0, 4999],
    [2047, 2048],
    [4096, 4097],
  ] as const) {
    const spoilt = many.slice()
    for (const index of [first, later]) spoilt[index * 64 + 40]! ^= 4
    expect(await problemOf(engine, 'g1', [good, spoilt])).toEqual({
      code: 'MSM_POINT_NOT_ON_CURVE',
      index: 50 + first,
    })
  }
})

test.each(['g1', 'g2'] as const)('%s: points of a file are loaded and checked like those in memory', async (group) => {
  const points = differentPoints(group, 300)
  const bytes = encodePoints(group, points)
  const size = bytes.length / 300
  const many = Uint8Array.from({ length: 20 * bytes.length }, (_, i) => bytes[i % bytes.length]!)
  const scalars = encodeScalars(Array.from({ length: 6000 }, random))
  const [inMemory, fromFile] = [await two.loadBases(group, many), await two.loadBases(group, [new Blob([many])])]
  expect(await two.msm(fromFile, scalars)).toEqual(await two.msm(inMemory, scalars))
  inMemory.free()
  fromFile.free()
  many[5000 * size + 3]! ^= 1
  await expect(two.loadBases(group, new Blob([many]), { check: true })).rejects.toMatchObject({ index: 5000 })
  await expect(two.loadBases(group, new Blob([many.slice(1)]))).rejects.toMatchObject({ code: 'MSM_LENGTH_MISMATCH' })
})

test('scalars that are not below the order are refused where asked, by the first index', async () => {
  const bases = await one.loadBases('g1', encodePoints('g1', differentPoints('g1', 3000)))
  const scalars = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? ORDER - 1n : 0n))
  expect(await one.msm(bases, encodeScalars(scalars), { check: true })).toBeDefined()
  for (const [index, value] of [
    [0, ORDER],
    [2047, ORDER + 1n],
    [2999, 2n ** 256n - 1n],
    [7, ORDER + 2n ** 64n - 1n],
  ] as const) {
    const spoilt = encodeScalars(scalars.with(2999, ORDER).with(index, value))
    await expect(one.msm(bases, spoilt, { check: true })).rejects.toMatchObject({
      code: 'MSM_SCALAR_NOT_REDUCED',
      index,
    })
  }
  bases.free()
})

describe('memory is given back', () => {
  const bytes = encodePoints('g1', differentPoints('g1', 300))
  /** Where memory for as many points would be: what is not given back moves it. */
  const place = (engine: Engine): number => {
    const address = engine.heap.allocate(1_000_000)
    engine.heap.release(address, 1_000_000)
    return address
  }
  const failed = new MsmError('MSM_THREAD_FAILED', 'A thread of the engine ended.')

  test('where loading finds an unsound point', async () => {
    const engine = await openEngine()
    await problemOf(engine, 'g1', bytes)
    const before = place(engine)
    expect(await problemOf(engine, 'g1', bytes.with(40, bytes[40]! ^ 1))).toMatchObject({ index: 0 })
    expect(place(engine)).toBe(before)
    await engine.dispose()
  })

  test('where a thread fails while points are loaded', async () => {
    const engine = await openEngine()
    ;(await engine.loadBases('g1', bytes)).free()
    const before = place(engine)
    vi.spyOn(engine, 'run').mockRejectedValueOnce(failed)
    await expect(engine.loadBases('g1', bytes)).rejects.toBe(failed)
    expect(place(engine)).toBe(before)
    await engine.dispose()
  })

  test('where a thread fails while a table is built, and the points stay usable', async () => {
    const engine = await openEngine()
    const bases = await engine.loadBases('g1', bytes)
    const scalars = encodeScalars([5n, 6n])
    const sum = await engine.msm(bases, scalars)
    const before = place(engine)
    const run = engine.run.bind(engine)
    let jobs = 0
    const spy = vi
      .spyOn(engine, 'run')
      .mockImplementation((...order) => (++jobs > 2 ? Promise.reject(failed) : run(...order)))
    await expect(engine.buildTable(bases, 4)).rejects.toBe(failed)
    spy.mockRestore()
    expect(place(engine)).toBe(before)
    expect(await engine.msm(bases, scalars)).toEqual(sum)
    bases.free()
    await engine.dispose()
  })
})
