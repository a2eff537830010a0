import { type MemoryFile, powersOfTau } from 'snarkjs'
import { beforeAll, expect, test } from 'vitest'
import { withPool } from './pool.ts'
import { powersOfTauFrom } from './powers-of-tau.fixture.ts'
import { inspectPowersOfTau, type RandomAccess, requiredPower } from './powers-of-tau.ts'
import { parseR1cs } from './r1cs.ts'
import { tinyR1cs } from './tiny-circuit.fixture.ts'

const fileOf = (bytes: Uint8Array): RandomAccess => ({
  size: bytes.length,
  read: async (offset, length) => bytes.slice(offset, offset + length),
})
let raw: Uint8Array
let prepared: Uint8Array

beforeAll(async () => {
  raw = await powersOfTauFrom({ tau: 5n, alpha: 7n, beta: 11n }, 6)
  const out: MemoryFile = { type: 'mem' }
  await withPool(() => powersOfTau.preparePhase2(raw, out))
  prepared = out.data!
})

test('a prepared file tells its power and its contributions', async () => {
  expect(await inspectPowersOfTau(fileOf(prepared))).toEqual({ power: 6, ceremonyPower: 6, contributions: 0 })
})

test.each([
  ['is not prepared', () => raw],
  ['is cut off within a section', () => prepared.subarray(0, prepared.length - 1)],
  ['is cut off between sections', () => prepared.subarray(0, prepared.length - 4)],
  ['is cut off within its header', () => prepared.subarray(0, 20)],
  ['is empty', () => new Uint8Array()],
  ['is another kind of file', () => tinyR1cs()],
  ['claims a power that its sections have not', () => prepared.with(12 + 12 + 36, 5)],
  ['claims an absurd power', () => prepared.with(12 + 12 + 36, 99)],
  ['is over another field', () => prepared.with(12 + 12 + 4, 1)],
])('a file that %s is refused', async (_, bytes) => {
  await expect(inspectPowersOfTau(fileOf(bytes()))).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
})

test.each([
  [29, 5],
  [30, 6],
  [61, 6],
  [62, 7],
])('%i constraints and two public signals take power %i', (constraintCount, power) => {
  expect(requiredPower({ ...parseR1cs(tinyR1cs()), constraintCount })).toBe(power)
})
