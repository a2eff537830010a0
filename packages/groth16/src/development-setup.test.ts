import { type MemoryFile, powersOfTau, zKey } from 'snarkjs'
import { expect, test } from 'vitest'
import { developmentToxicWaste, setupDevelopmentInsecure, setupFromToxicWaste } from './development-setup.ts'
import { withPool } from './pool.ts'
import { powersOfTauFrom } from './powers-of-tau.fixture.ts'
import { tinyR1cs } from './tiny-circuit.fixture.ts'
import { exportVerificationKey, isDevelopmentKey } from './verification-key.ts'

test('writes the very bytes that snarkjs makes from powers of the same tau', async () => {
  const r1cs = tinyR1cs()
  const waste = developmentToxicWaste(r1cs)
  const prepared: MemoryFile = { type: 'mem' }
  const expected: MemoryFile = { type: 'mem' }
  await withPool(async () => {
    await powersOfTau.preparePhase2(await powersOfTauFrom(waste, 6), prepared)
    await zKey.newZKey(r1cs, prepared.data!, expected)
  })
  const zkey = await setupFromToxicWaste(r1cs, waste)
  expect(Buffer.compare(zkey, expected.data!)).toBe(0)
})

test('makes the same key again for the same circuit, and another for another', async () => {
  const [first, again, other] = await Promise.all([
    setupDevelopmentInsecure(tinyR1cs()),
    setupDevelopmentInsecure(tinyR1cs()),
    setupDevelopmentInsecure(tinyR1cs(19)),
  ])
  expect(Buffer.compare(first, again)).toBe(0)
  const [a, b] = [await exportVerificationKey(first), await exportVerificationKey(other)]
  expect(a.vk_alpha_1).not.toEqual(b.vk_alpha_1)
})

test('a development key is recognized', async () => {
  expect(isDevelopmentKey(await exportVerificationKey(await setupDevelopmentInsecure(tinyR1cs())))).toBe(true)
})

test('refuses what is no .r1cs', async () => {
  await expect(setupDevelopmentInsecure(new Uint8Array(100))).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
})
