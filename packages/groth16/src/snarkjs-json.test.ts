import { expect, test } from 'vitest'
import { BASE_MODULUS } from './bn254.ts'
import { setupDevelopmentInsecure } from './development-setup.ts'
import { parseProof, parsePublicSignals, parseVerificationKey } from './snarkjs-json.ts'
import { tinyR1cs } from './tiny-circuit.fixture.ts'
import { exportVerificationKey, type VerificationKey } from './verification-key.ts'

const key = await exportVerificationKey(await setupDevelopmentInsecure(tinyR1cs()))
const refused = expect.objectContaining({ code: 'SNARKJS_JSON_INVALID' })

test('a verification key is read as it was written; what snarkjs adds is left out', async () => {
  const json = JSON.parse(JSON.stringify({ ...key, vk_alphabeta_12: [] }))
  expect(await parseVerificationKey(json)).toEqual(key)
})

test.each<[string, (key: VerificationKey) => unknown]>([
  ['null', () => null],
  ['of another protocol', (key) => ({ ...key, protocol: 'plonk' })],
  ['short of a point', (key) => ({ ...key, IC: key.IC.slice(1) })],
  ['with a point off the curve', (key) => ({ ...key, vk_alpha_1: ['1', '1', '1'] })],
  ['with a G2 point off the curve', (key) => ({ ...key, vk_beta_2: [['1', '1'], ...key.vk_beta_2.slice(1)] })],
  [
    'with a coordinate that is not reduced',
    (key) => ({ ...key, vk_alpha_1: key.vk_alpha_1.with(0, String(BigInt(key.vk_alpha_1[0]) + BASE_MODULUS)) }),
  ],
  ['with a number for a coordinate', (key) => ({ ...key, IC: [[1, 2, 1]] })],
])('a verification key %s is refused', async (_, spoilt) => {
  await expect(parseVerificationKey(spoilt(key))).rejects.toThrow(refused)
})

test.each([null, [], {}, { pi_a: ['1'], pi_b: [], pi_c: [], protocol: 'groth16', curve: 'bn128' }])(
  'a proof %j is refused',
  (json) => {
    expect(() => parseProof(json)).toThrow(refused)
  },
)

test.each([null, {}, [1], ['-1'], ['0x1'], ['01'], ['1'.repeat(79)]])('public signals %j are refused', (json) => {
  expect(() => parsePublicSignals(json)).toThrow(refused)
})
