import { execFile } from 'node:child_process'
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pointBytes } from '@iotex2/msm/engine'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { twistPoint } from '../../msm/src/points.fixture.ts'
import { BASE_MODULUS } from './bn254.ts'
import { setupDevelopmentInsecure } from './development-setup.ts'
import { decodeProof, encodeProof } from './proof.ts'
import { open, type Prover } from './prover.ts'
import { parseProvingKey } from './proving-key.ts'
import { findBrokenConstraint, parseR1cs, parseWitness } from './r1cs.ts'
import { tinyR1cs, tinyWitness } from './tiny-circuit.fixture.ts'
import { createVerifier, type Verifier } from './verifier.ts'

let zkey: Uint8Array
let prover: Prover
let verifier: Verifier
let proven: Awaited<ReturnType<Prover['prove']>>

beforeAll(async () => {
  zkey = await setupDevelopmentInsecure(tinyR1cs())
  prover = await open(zkey)
  verifier = await createVerifier(prover.verificationKey)
  proven = await prover.prove(tinyWitness(3n, 4n))
})
afterAll(() => prover.dispose())

test('a proof verifies with its public signals, unused input included', async () => {
  expect(proven.publicSignals).toHaveLength(2)
  expect(proven.publicSignals[1]).toBe('4')
  expect(await verifier.verify(proven.publicSignals, proven.proof)).toBe(true)
})

test.each([0, 1])('a proof with public signal %i changed does not verify', async (index) => {
  const changed = proven.publicSignals.with(index, (BigInt(proven.publicSignals[index]!) + 1n).toString())
  expect(await verifier.verify(changed, proven.proof)).toBe(false)
})

test.each([
  ['too few signals', (signals: string[]) => signals.slice(1)],
  ['too many signals', (signals: string[]) => [...signals, '0']],
  ['a signal that aliases another', ([x, y]: string[]) => [x!, (BigInt(y!) + FIELD_MODULUS).toString()]],
  ['a negative signal', ([x]: string[]) => [x!, '-1']],
  ['text for a signal', ([x]: string[]) => [x!, 'four']],
])('%s: does not verify', async (_, change) => {
  expect(await verifier.verify(change(proven.publicSignals), proven.proof)).toBe(false)
})

test.each([0, 1, 2, 3, 4, 5, 6, 7])('a proof with word %i changed or aliased does not verify', async (index) => {
  const encoded = encodeProof(proven.proof)
  const at = 2 + 64 * index
  const word = BigInt(`0x${encoded.slice(at, at + 64)}`)
  for (const value of [word + 1n, 0n, word + BASE_MODULUS]) {
    const changed = `${encoded.slice(0, at)}${value.toString(16).padStart(64, '0')}${encoded.slice(at + 64)}` as const
    expect(await verifier.verify(proven.publicSignals, decodeProof(changed as `0x${string}`))).toBe(false)
  }
})

test('a proof survives its encoding', () => {
  const encoded = encodeProof(proven.proof)
  expect(encoded).toMatch(/^0x[0-9a-f]{512}$/)
  expect(decodeProof(encoded)).toEqual(proven.proof)
})

test.each(['0x', '0x00', `0x${'00'.repeat(255)}`, `0x${'00'.repeat(257)}`] as const)(
  'an encoding of another length is refused',
  (encoded) => {
    expect(() => decodeProof(encoded)).toThrow(expect.objectContaining({ code: 'PROOF_INVALID' }))
  },
)

test.each([
  ['nothing', () => new Uint8Array()],
  ['another file', () => tinyR1cs()],
  ['a key that is cut off', () => zkey.slice(0, 2000)],
  ['a key of another protocol', () => zkey.with(24, 2)],
])('open refuses %s', async (_, key) => {
  await expect(open(key())).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
})

test('a witness that breaks a constraint yields no proof', async () => {
  const spoilt = tinyWitness(3n, 4n, (wires) => {
    wires[10] = 5n
  })
  expect(findBrokenConstraint(parseR1cs(tinyR1cs()), parseWitness(spoilt))).toBeDefined()
  await expect(prover.prove(spoilt)).rejects.toMatchObject({ code: 'PROOF_INVALID' })
})

test('a witness of another circuit, or none, yields no proof', async () => {
  const shorter = await open(await setupDevelopmentInsecure(tinyR1cs(19)), { threads: 1 })
  await expect(shorter.prove(tinyWitness(3n, 4n, (wires) => wires.pop()))).rejects.toMatchObject({
    code: 'PROOF_INVALID',
  })
  await expect(shorter.prove(new Uint8Array(40))).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
  await shorter.dispose()
})

test.each([{ threads: 0 }, { threads: 1.5 }, { threads: Number.NaN }, { tableMemoryMiB: -1 }])(
  'open refuses %o',
  async (options) => {
    await expect(open(zkey, options)).rejects.toMatchObject({ code: 'PROVER_OPTIONS_INVALID' })
  },
)

test('a key is opened from a file, and one that changes meanwhile is refused', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-key-'))
  try {
    const path = join(directory, 'tiny.zkey')
    await writeFile(path, zkey)
    for (const options of [{}, { threads: 2, checkPoints: true }]) {
      const fromFile = await open(await openAsBlob(path), options)
      const { proof, publicSignals } = await fromFile.prove(tinyWitness(3n, 4n))
      expect(await verifier.verify(publicSignals, proof)).toBe(true)
      await fromFile.dispose()
    }
    const file = await openAsBlob(path)
    await writeFile(path, zkey.slice(0, 5000))
    await expect(open(file)).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID', problem: 'truncated' })
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('a point of G2 outside the subgroup is refused on opening where that is asked for', async () => {
  const { b2 } = parseProvingKey(zkey)
  const offset = b2.byteOffset - zkey.byteOffset
  const outside = pointBytes('g2', twistPoint(4n) ?? twistPoint(5n) ?? twistPoint(6n))
  expect(outside.some((byte) => byte !== 0)).toBe(true)
  const spoilt = zkey.slice()
  spoilt.set(outside, offset)
  await expect(open(spoilt, { checkPoints: true })).rejects.toMatchObject({
    code: 'CIRCUIT_FILE_INVALID',
    problem: 'point',
  })
})

test('a point off its curve is refused on opening where that is asked for, and proves nothing where not', async () => {
  const { a } = parseProvingKey(zkey)
  const spoilt = zkey.slice()
  // The first coordinate of the private input's A.
  spoilt[a.byteOffset - zkey.byteOffset + 3 * 64]! ^= 1
  await expect(open(spoilt, { checkPoints: true })).rejects.toMatchObject({
    code: 'CIRCUIT_FILE_INVALID',
    problem: 'point',
  })
  const unchecked = await open(spoilt, { threads: 1 })
  await expect(unchecked.prove(tinyWitness(3n, 4n))).rejects.toMatchObject({ code: 'PROOF_INVALID' })
  await unchecked.dispose()
})

test.each([1, undefined])('dispose waits for a proof under way, threads: %s', async (threads) => {
  const other = await open(zkey, { threads })
  const proving = other.prove(tinyWitness(3n, 4n))
  await other.dispose()
  const { proof, publicSignals } = await proving
  expect(await verifier.verify(publicSignals, proof)).toBe(true)
})

test('two proofs of one witness are different, and both hold', async () => {
  const again = await prover.prove(tinyWitness(3n, 4n))
  expect(again.publicSignals).toEqual(proven.publicSignals)
  for (const point of ['pi_a', 'pi_b', 'pi_c'] as const) expect(again.proof[point]).not.toEqual(proven.proof[point])
})

test('proves on one thread as well', async () => {
  const single = await open(zkey, { threads: 1 })
  const { proof, publicSignals } = await single.prove(tinyWitness(5n, 6n))
  expect(await verifier.verify(publicSignals, proof)).toBe(true)
  await single.dispose()
})

test('proves with tables of the points as well', async () => {
  const tabled = await open(zkey, { threads: 2, tableMemoryMiB: 8 })
  expect(tabled.tables!.memoryMiB).toBeGreaterThan(0)
  expect(tabled.tables!.memoryMiB).toBeLessThanOrEqual(8)
  const { proof, publicSignals } = await tabled.prove(tinyWitness(5n, 6n))
  expect(await verifier.verify(publicSignals, proof)).toBe(true)
  await tabled.dispose()
})

test('a prover that was disposed of says so, and disposing again is fine', async () => {
  const other = await open(zkey)
  await other.dispose()
  await other.dispose()
  await expect(other.prove(tinyWitness(3n, 4n))).rejects.toMatchObject({ code: 'PROVER_DISPOSED' })
  expect(await prover.prove(tinyWitness(7n, 8n))).toBeDefined()
})

test('a process ends by itself after dispose', async () => {
  const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  const script = `
    const { open } = await import(${here('./prover.ts')})
    const { setupDevelopmentInsecure } = await import(${here('./development-setup.ts')})
    const { tinyR1cs, tinyWitness } = await import(${here('./tiny-circuit.fixture.ts')})
    const prover = await open(await setupDevelopmentInsecure(tinyR1cs()))
    await prover.prove(tinyWitness(3n, 4n))
    await prover.dispose()
    console.log('disposed')`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 20_000,
  })
  expect(stdout).toBe('disposed\n')
})
