import { expect, test } from 'vitest'
import { type DigitKind, type DigitSet, makeDigits, windowsOf } from './digits.ts'

/** Every set that a plan may choose (plan.ts). */
const SETS: readonly (readonly [DigitKind, number])[] = [
  ...Array.from({ length: 17 }, (_, i) => ['windows', 2 + i] as const),
  ...Array.from({ length: 13 }, (_, i) => ['lfg', 6 + i] as const),
  ...Array.from({ length: 8 }, (_, i) => ['hexagonal', 3 + i] as const),
]

/** What a code stands for, apart from its carry: x + yω. */
function digitOf(set: DigitSet, code: number): [number, number] {
  const bucket = ((code & (set.perPoint === 2 ? 0x7fffffff : 0x3fffffff)) >>> 5) - 1
  if (bucket < 0) return [0, 0]
  const weight = set.weights[bucket]!
  const [u, v] = [weight & 0xffff, weight >>> 16]
  // a + bζ = (a + b) + bω; over the integers u + v·2^shift.
  let [x, y] = set.shift === 0 ? [u + v, v] : [u + v * 2 ** set.shift, 0]
  const multiple = ((code >>> 3) & 3) + 1
  if (multiple > set.multiples) throw new RangeError(`multiple ${multiple}`)
  const power = (code >>> 1) & 3
  if (power > set.power) throw new RangeError(`power ${power}`)
  for (let i = 0; i < power; i++) [x, y] = [-y, x - y]
  const sign = code & 1 ? -multiple : multiple
  return [sign * x, sign * y]
}

test.each(SETS)('%s of %i bits: every remainder has its digit, none is left out', (kind, bits) => {
  const set = makeDigits(kind, bits)
  const q = 2 ** bits
  const used = new Uint8Array(set.weights.length)
  let wrong = 0
  for (let index = 0; index < set.codes.length; index++) {
    const code = set.codes[index]!
    const [x, y] = digitOf(set, code)
    const [carryX, carryY] = set.perPoint === 2 ? [code >>> 31, 0] : [(code >>> 30) & 1, code >>> 31]
    const expected = set.perPoint === 2 ? [index, 0] : [index % q, Math.floor(index / q)]
    if (x + carryX * q !== expected[0] || y + carryY * q !== expected[1]) wrong++
    const bucket = ((code & 0x3fffffff) >>> 5) - 1
    if (bucket >= 0) used[bucket] = 1
    else if (index % q !== 0 || expected[1] !== 0) wrong++
  }
  expect(wrong).toBe(0)
  // No bucket is for nothing, and both halves of its weight fit.
  expect(used.every((one) => one === 1)).toBe(true)
  for (const weight of set.weights) expect(Math.max(weight & 0xffff, weight >>> 16) >> set.levels).toBe(0)
})

test.each(SETS.filter(([kind]) => kind !== 'hexagonal'))(
  '%s of %i bits: the last digit carries nothing',
  (kind, bits) => {
    const { codes } = makeDigits(kind, bits)
    // The largest half, as far as it reaches into the last window, and a carry from below.
    const most = 2 ** (126 - bits * (windowsOf(kind, bits) - 1))
    for (let t = 0; t <= most; t++) expect(codes[t]! >>> 31).toBe(0)
  },
)

test.each(SETS.filter(([kind]) => kind === 'hexagonal'))('%s of %i bits: the largest scalar is used up', (_, bits) => {
  // |k| < 2^126.7 shrinks by 2^bits a window, and a digit adds at most 1/√3 to what is carried; an integer of Z[ω] below 1 is 0.
  let rest = 2 ** 126.7
  for (let w = 0; w < windowsOf('hexagonal', bits); w++) rest = rest / 2 ** bits + 1 / Math.sqrt(3)
  expect(rest).toBeLessThan(1)
})

test('bucket sets are as small as the sources say', () => {
  const part = (kind: DigitKind, bits: number, of: number): number => makeDigits(kind, bits).weights.length / of
  for (const bits of [12, 14, 18]) expect(part('lfg', bits, 2 ** bits)).toBeLessThan(0.22)
  for (const bits of [13, 15, 16, 17]) expect(part('lfg', bits, 2 ** bits)).toBeLessThan(0.27)
  for (const bits of [6, 8, 10]) expect(part('hexagonal', bits, 4 ** bits)).toBeCloseTo(1 / 6, 2)
})
