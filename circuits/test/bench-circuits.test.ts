/**
 * The benchmark's circuits, on small parameters: their statements, their refusals, and the sizes that follow for the
 * parameters of circuits/circuits.json, which only the benchmark compiles.
 */
import { createHash } from 'node:crypto'
import { findBrokenConstraint, parseR1cs, parseWitness } from '@iotex2/groth16/r1cs'
import { type CircuitInput, calculateWitness } from '@iotex2/groth16/witness'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { poseidon1 } from 'poseidon-lite'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestHalves, messageBits, poseidonChainInput, sha256Input } from '../../scripts/bench/prove-circuits.ts'
import { compileCircuit, readInstances } from '../../scripts/circuits/build.ts'

type Compiled = Awaited<ReturnType<typeof compileCircuit>>

const compileChain = (length: number): Promise<Compiled> =>
  compileCircuit(`poseidon-chain-${length}-test`, {
    template: 'PoseidonChain',
    source: 'poseidon-chain.circom',
    parameters: { LENGTH: length },
    public: ['end'],
  })
const compileSha256 = (bits: number): Promise<Compiled> =>
  compileCircuit(`sha256-preimage-${bits}-test`, {
    template: 'Sha256Preimage',
    source: 'sha256-preimage.circom',
    parameters: { BITS: bits },
    public: ['high', 'low'],
  })

test('no build, verifier or snapshot makes the benchmark’s keys', () => {
  expect(Object.keys(readInstances())).toEqual(['reading-batch-16'])
})

describe('PoseidonChain', () => {
  const LENGTHS = [2, 3]
  let compiled: Compiled[]
  const witnessOf = async (input: CircuitInput) => parseWitness(await calculateWitness(compiled[0]!.wasm, input))
  beforeAll(async () => {
    compiled = await Promise.all(LENGTHS.map(compileChain))
  }, 120_000)

  test('ends at the hash of the hash of its start', async () => {
    const input = poseidonChainInput(2)
    const witness = await witnessOf(input)
    expect(witness[1]).toBe(poseidon1([poseidon1([input.start as bigint])]))
    expect(findBrokenConstraint(parseR1cs(compiled[0]!.r1cs), witness)).toBeUndefined()
  })

  test.each([
    ['another end', (input: { start: bigint; end: bigint }) => ({ ...input, end: input.end + 1n })],
    ['another start', (input: { start: bigint; end: bigint }) => ({ ...input, start: input.start + 1n })],
    ['a start without its end', ({ start }: { start: bigint }) => ({ start })],
  ])('refuses %s', async (_, change) => {
    const input = poseidonChainInput(2) as { start: bigint; end: bigint }
    await expect(witnessOf(change(input) as CircuitInput)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
  })

  test('its constraints refuse a changed wire', async () => {
    const r1cs = parseR1cs(compiled[0]!.r1cs)
    const witness = await witnessOf(poseidonChainInput(2))
    for (const wire of [1, 2, 3, r1cs.wires - 1]) {
      const changed = witness.with(wire, (witness[wire]! + 1n) % FIELD_MODULUS)
      expect(findBrokenConstraint(r1cs, changed), `wire ${wire}`).toBeDefined()
    }
  })

  test('has 213 constraints a link: 15,762 for 74 links, 63,900 for 300', () => {
    const counts = compiled.map(({ r1cs }) => parseR1cs(r1cs).constraintCount)
    expect(counts).toEqual(LENGTHS.map((length) => 213 * length))
    expect([74, 300].map((length) => 213 * length)).toEqual([15_762, 63_900])
  })

  test('its witness is dense: next to no wire is small', async () => {
    const witness = await witnessOf(poseidonChainInput(2))
    expect(witness.filter((value) => value < 1n << 200n)).toEqual([1n])
  })
})

describe('Sha256Preimage', () => {
  const BITS = 8
  let compiled: Compiled
  const witnessOf = async (input: CircuitInput) => parseWitness(await calculateWitness(compiled.wasm, input))
  beforeAll(async () => {
    compiled = await compileSha256(BITS)
  }, 120_000)

  test.each([0, 1, 0x80, 0x61, 0xff])('of the byte %i has the digest that the system computes', async (byte) => {
    const witness = await witnessOf(sha256Input(Uint8Array.of(byte)))
    const digest = createHash('sha256').update(Uint8Array.of(byte)).digest('hex')
    expect(witness.slice(1, 3)).toEqual([BigInt(`0x${digest.slice(0, 32)}`), BigInt(`0x${digest.slice(32)}`)])
  })

  test('satisfies its constraints with a witness of bits', async () => {
    const witness = await witnessOf(sha256Input(Uint8Array.of(0x61)))
    expect(findBrokenConstraint(parseR1cs(compiled.r1cs), witness)).toBeUndefined()
    expect(witness.filter((value) => value < 2n).length / witness.length).toBeGreaterThan(0.98)
  })

  test('refuses another digest, another message, and a bit of 2', async () => {
    const input = sha256Input(Uint8Array.of(0x61))
    const bits = input.message as bigint[]
    for (const changed of [
      { ...input, low: (input.low as bigint) + 1n },
      { ...input, high: (input.high as bigint) + 1n },
      { ...input, message: messageBits(Uint8Array.of(0x62)) },
      { ...input, message: bits.with(0, 2n) },
      { ...input, message: bits.with(0, FIELD_MODULUS - 1n) },
    ])
      await expect(witnessOf(changed)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
  })

  test('its constraints refuse a message bit that is none', async () => {
    const r1cs = parseR1cs(compiled.r1cs)
    const witness = await witnessOf(sha256Input(Uint8Array.of(0x61)))
    // Wire 0 is the constant, 1 and 2 the digest, then the message.
    for (let bit = 0; bit < BITS; bit++)
      expect(findBrokenConstraint(r1cs, witness.with(3 + bit, 2n)), `bit ${bit}`).toBeDefined()
  })

  test('has 28,961 constraints for one block', () => {
    expect(parseR1cs(compiled.r1cs).constraintCount).toBe(28_961)
  })

  test('digest halves are big-endian', () => {
    expect(digestHalves(Uint8Array.from({ length: 32 }, (_, i) => (i === 15 || i === 31 ? 7 : 0)))).toEqual([7n, 7n])
  })
})
