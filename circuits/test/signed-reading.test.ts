/** Circuit SignedReading, with signatures that the C core made: it takes them, and nothing that differs. */
import { findBrokenConstraint, parseR1cs, parseWitness } from '@iotex2/groth16/r1cs'
import { type CircuitInput, calculateWitness } from '@iotex2/groth16/witness'
import { FIELD_MODULUS, toField } from '@iotex2/protocol/field'
import { readingLeaf } from '@iotex2/protocol/leaf'
import type { Reading } from '@iotex2/protocol/reading'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Core } from '../../packages/ioconnect/c/test/harness.ts'
import { bytesOf, numbersOf, ORDER } from '../../packages/ioconnect/c/test/jubjub.ts'
import { compileCircuit } from '../../scripts/circuits/build.ts'

const READING: Reading = {
  chainId: 4690n,
  projectId: 7n,
  device: '0x00112233445566778899aabbccddeeff00112233',
  nonce: 3n,
  time: 1_764_000_000_000n,
  values: [2150n, -325n, 0n, 0n, 0n],
}

describe('SignedReading', () => {
  let core: Core
  let compiled: Awaited<ReturnType<typeof compileCircuit>>
  let honest: Record<string, bigint | bigint[]>

  const witnessOf = async (input: Record<string, bigint | bigint[]>) =>
    parseWitness(await calculateWitness(compiled.wasm, input as CircuitInput))

  beforeAll(async () => {
    core = await Core.start('WebAssembly')
    compiled = await compileCircuit('signed-reading-test', {
      template: 'SignedReading',
      source: 'signed-reading.circom',
      parameters: {},
      public: ['Ax', 'Ay'],
    })
    honest = await inputOf(READING)
  }, 120_000)
  afterAll(() => core.stop())

  /** What the core signs, as the circuit takes it. */
  async function inputOf(reading: Reading, seedByte = 1): Promise<Record<string, bigint | bigint[]>> {
    const seed = await core.text('circuit.seed', Buffer.alloc(32, seedByte))
    const [Ax, Ay] = numbersOf(await core.bytes('circuit.key', `\`${seed}`)) as [bigint, bigint]
    const leaf = bytesOf(readingLeaf(reading))
    const [R8x, R8y, S] = numbersOf(await core.bytes('circuit.sign', `\`${seed}`, leaf)) as [bigint, bigint, bigint]
    const { chainId, projectId, device, nonce, time, values } = reading
    return { chainId, projectId, device: BigInt(device), nonce, time, value: values.map(toField), Ax, Ay, R8x, R8y, S }
  }

  test('takes what the core signed, and returns its leaf', async () => {
    const witness = await witnessOf(honest)
    expect(witness[1]).toBe(readingLeaf(READING))
    expect(findBrokenConstraint(parseR1cs(compiled.r1cs), witness)).toBeUndefined()
  })

  test.each(['chainId', 'projectId', 'device', 'nonce', 'time'])('refuses another %s', async (name) => {
    const changed = { ...honest, [name]: (honest[name] as bigint) + 1n }
    await expect(witnessOf(changed)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
  })

  test.each([0, 1, 2, 3, 4])('refuses another value %i', async (i) => {
    const value = honest.value as bigint[]
    const changed = { ...honest, value: value.with(i, (value[i]! + 1n) % FIELD_MODULUS) }
    await expect(witnessOf(changed)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
  })

  test('refuses another key, another signature, and a second form of one', async () => {
    const other = await inputOf(READING, 2)
    const next = await inputOf({ ...READING, nonce: 4n })
    const s = honest.S as bigint
    const changes: Record<string, bigint | bigint[]>[] = [
      { Ax: other.Ax!, Ay: other.Ay! },
      { R8x: other.R8x!, R8y: other.R8y!, S: other.S! },
      { R8x: next.R8x!, R8y: next.R8y!, S: next.S! },
      { R8x: FIELD_MODULUS - (honest.R8x as bigint) },
      { S: (s + 1n) % ORDER },
      { S: s + ORDER },
      { Ax: 0n, Ay: 1n, R8x: 0n, R8y: 1n, S: 0n },
    ]
    for (const changed of changes)
      await expect(witnessOf({ ...honest, ...changed }), Object.keys(changed).join()).rejects.toMatchObject({
        code: 'WITNESS_INVALID',
      })
  })

  test('its constraints refuse a changed key, signature or leaf', async () => {
    const r1cs = parseR1cs(compiled.r1cs)
    const witness = await witnessOf(honest)
    // Wire 0 is the constant; then the leaf, the key, and the private inputs.
    for (let wire = 1; wire <= 16; wire++)
      expect(
        findBrokenConstraint(r1cs, witness.with(wire, (witness[wire]! + 1n) % FIELD_MODULUS)),
        `wire ${wire}`,
      ).toBeDefined()
  })

  test('has 4,669 constraints', () => {
    expect(parseR1cs(compiled.r1cs).constraintCount).toBe(4_669)
  })
})
