import { toHex } from '@iotex2/protocol/hex'
import { curves, type MemoryFile, powersOfTau, zKey } from 'snarkjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyBeacon, contribute, readContributions, startPhase2, verifyCeremony } from './ceremony.ts'
import { isMarkedDevelopment, setupDevelopmentInsecure } from './development-setup.ts'
import { joinPool, withPool } from './pool.ts'
import { open } from './prover.ts'
import { tinyR1cs, tinyWitness } from './tiny-circuit.fixture.ts'
import { exportVerificationKey, isDevelopmentKey } from './verification-key.ts'

const BEACON = '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20'
const r1cs = tinyR1cs()
/** The tests share one pool of workers, rather than starting it for each. */
let leavePool: () => Promise<void>
let ptau: Uint8Array
let started: Uint8Array
let contributed: Uint8Array
let finished: Uint8Array

beforeAll(async () => {
  const files: MemoryFile[] = Array.from({ length: 4 }, () => ({ type: 'mem' }))
  const [empty, first, beacon, prepared] = files as [MemoryFile, MemoryFile, MemoryFile, MemoryFile]
  leavePool = joinPool()
  await powersOfTau.newAccumulator(await curves.getCurveFromName('bn128'), 6, empty)
  await powersOfTau.contribute(empty.data!, first, 'first', 'entropy of a test')
  await powersOfTau.beacon(first.data!, beacon, 'beacon', BEACON, 10)
  await powersOfTau.preparePhase2(beacon.data!, prepared)
  ptau = prepared.data!
  started = await startPhase2(r1cs, ptau)
  contributed = await contribute(started, 'first', 'entropy of a test')
  finished = await applyBeacon(contributed, 'beacon', BEACON)
})
afterAll(() => leavePool())

test('a key of a whole ceremony is accepted, proves, and is no development key', async () => {
  const steps = new Map<string, number | undefined>()
  const contributions = await verifyCeremony(r1cs, ptau, finished, (step, fraction) => steps.set(step, fraction))
  expect(contributions).toMatchObject([
    { kind: 'participant', name: 'first' },
    { kind: 'beacon', name: 'beacon', beacon: { value: `0x${BEACON}`, iterationsExponent: 10 } },
  ])
  expect([...steps.keys()]).toContain('Verifying powers in tau*G1 section')
  expect([...steps.values()].every((fraction) => fraction === undefined || (fraction >= 0 && fraction <= 1))).toBe(true)
  expect(isDevelopmentKey(await exportVerificationKey(finished))).toBe(false)
  const prover = await open(finished)
  const { publicSignals } = await prover.prove(tinyWitness(3n, 4n))
  expect(publicSignals[1]).toBe('4')
  await prover.dispose()
})

test("a contribution's hash is the one that snarkjs prints", async () => {
  const out: MemoryFile = { type: 'mem' }
  const hash = await withPool(() => zKey.contribute(started, out, 'Zoë', 'entropy of a test'))
  expect(await readContributions(out.data!)).toEqual([{ kind: 'participant', name: 'Zoë', hash: toHex(hash) }])
  expect(await readContributions(started)).toEqual([])
})

test('contributions that are cut off are refused', async () => {
  // The first contribution's length of parameters: more than there are.
  const spoilt = contributed.slice()
  const tail = spoilt.lastIndexOf('first'.length, spoilt.length - 5)
  spoilt[tail - 5] = 200
  await expect(readContributions(spoilt)).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
})

test('a development key takes no contribution: its tau stays public', async () => {
  const development = await setupDevelopmentInsecure(r1cs)
  expect(isMarkedDevelopment(development)).toBe(true)
  expect(isMarkedDevelopment(started)).toBe(false)
  await expect(contribute(development, 'first', 'entropy')).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
  await expect(applyBeacon(development, 'beacon', BEACON)).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
})

test('a development key that snarkjs added a contribution and a beacon to is refused', async () => {
  const [development, first, last]: MemoryFile[] = [{ type: 'mem' }, { type: 'mem' }, { type: 'mem' }]
  development!.data = await setupDevelopmentInsecure(r1cs)
  await withPool(async () => {
    await zKey.contribute(development!.data!, first!, 'first', 'entropy of a test')
    await zKey.beacon(first!.data!, last!, 'beacon', BEACON, 10)
  })
  await expect(verifyCeremony(r1cs, ptau, last!.data!)).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
})

test.each([
  ['without any contribution', () => started],
  ['without a beacon', () => contributed],
  ['with a beacon only', () => applyBeacon(started, 'beacon', BEACON)],
  ['made by the development setup', () => setupDevelopmentInsecure(r1cs)],
])('a key %s is refused', async (_, key) => {
  await expect(verifyCeremony(r1cs, ptau, await key())).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
})

test('a key of another circuit is refused', async () => {
  await expect(verifyCeremony(tinyR1cs(19), ptau, finished)).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
})

test('a key with one byte of its contributed points changed is refused', async () => {
  const [own, other] = [finished.slice(), await applyBeacon(contributed, 'beacon', BEACON.replace('01', 'ff'))]
  // Points of C that belong to another delta: the same length, still on the curve.
  const first = own.findIndex((byte, i) => i > 1000 && byte !== other[i])
  own.set(other.subarray(first, first + 64), first)
  await expect(verifyCeremony(r1cs, ptau, own)).rejects.toMatchObject({ code: 'CEREMONY_INVALID' })
})

test('powers of tau that are not prepared are refused', async () => {
  await expect(startPhase2(tinyR1cs(), new Uint8Array(12))).rejects.toThrow()
})
