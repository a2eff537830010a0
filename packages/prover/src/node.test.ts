/**
 * The node with its real proving thread and a coordinator over HTTP that keeps what it is sent.
 */

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { VerificationKey } from '@iotex2/groth16/verification-key'
import { createVerifier } from '@iotex2/groth16/verifier'
import {
  BATCH_CIRCUIT,
  type BatchContext,
  batchCircuitInput,
  batchRoot,
  batchSignals,
  batchTaskId,
} from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import type { ProverResult, ProverTask } from '@iotex2/protocol/prover-task'
import type { Reading } from '@iotex2/protocol/reading'
import { requestText, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '@iotex2/protocol/request-signature'
import { verifyMessage, Wallet } from 'ethers'
import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildCircuit, type CircuitFiles } from '../../../scripts/circuits/build.ts'
import { BatchProver, type TableReport } from './batch-prover.ts'
import { CoordinatorClient } from './coordinator-client.ts'
import { type ProverEvent, runProver } from './node.ts'

/** A proof takes a few seconds of one core; other work may share it. */
const PROOF_MS = 100_000

const wallet = new Wallet(`0x${'11'.repeat(32)}`)
const prover = wallet.address.toLowerCase() as Hex
const router: Hex = `0x${'22'.repeat(20)}`
const context: BatchContext = {
  chainId: 31337n,
  projectId: 5n,
  router,
  prover,
  profile: parseProfile({
    name: 'test',
    version: 1,
    maximumRatePerMinute: 60,
    fields: [{ name: 'temperature', unit: 'Cel', minimum: -40, maximum: 125, scale: 10 }],
  }),
}
const readings: Reading[] = [1n, 2n, 3n].map((nonce) => ({
  chainId: context.chainId,
  projectId: context.projectId,
  device: `0x${'33'.repeat(20)}`,
  nonce,
  time: 1_767_225_600_000n + nonce,
  values: [-100n * nonce, 0n, 0n, 0n, 0n],
}))
const root = batchRoot(readings)
const task: ProverTask = {
  taskId: batchTaskId(context.chainId, context.projectId, root),
  chainId: '31337',
  projectId: '5',
  router,
  deadline: Math.floor(Date.now() / 1000) + 600,
  root: root.toString(),
  circuit: BATCH_CIRCUIT,
  profile: context.profile,
  readings: readings.map(({ device, nonce, time, values }) => ({
    device,
    nonce: nonce.toString(),
    time: time.toString(),
    values: values.map(String),
  })),
}

let files: CircuitFiles
let batchProver: BatchProver
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  files = (await buildCircuit(BATCH_CIRCUIT)).files
  batchProver = new BatchProver(files)
}, 120_000)
afterAll(() => batchProver.dispose())
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Coordinator {
  url: string
  results: ProverResult[]
  app: FastifyInstance
}

/** Offers `offered` until it has a result; answers the first `failures` proofs with 503. Checks every signature. */
async function coordinator(offered: ProverTask | undefined, failures = 0): Promise<Coordinator> {
  const app = fastify()
  const results: ProverResult[] = []
  let failing = failures
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addHook('preHandler', async (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : ''
    const timestampMs = Number(request.headers[TIMESTAMP_HEADER])
    const text = requestText({ method: request.method, path: request.url, timestampMs, body })
    const signer = verifyMessage(text, String(request.headers[SIGNATURE_HEADER]))
    if (signer !== wallet.address) return reply.code(401).send({ code: 'SIGNATURE_INVALID', message: signer })
  })
  app.get('/v1/provers/:address/task', async (_request, reply) =>
    offered && results.length === 0 ? reply.send(offered) : reply.code(204).send(),
  )
  app.post('/v1/provers/:address/proof', async (request, reply) => {
    if (failing-- > 0) return reply.code(503).send({ code: 'INTERNAL', message: 'try again' })
    results.push(JSON.parse(request.body as string))
    return reply.code(202).send({})
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => app.close())
  return { url, results, app }
}

/** Runs a node against `urls` until `done`, and returns what it reported. */
async function runUntil(
  urls: string[],
  done: (events: ProverEvent[]) => boolean,
  now: () => number = Date.now,
): Promise<ProverEvent[]> {
  const stopping = new AbortController()
  const events: ProverEvent[] = []
  const running = runProver(
    {
      address: prover,
      chainId: context.chainId,
      router,
      coordinators: urls.map((url) => new CoordinatorClient({ url, wallet, now: Date.now })),
      prove: (input) => batchProver.prove(input),
      report: (event) => events.push(event),
      now,
      sleep: (ms, signal) => delay(Math.min(ms, 20), undefined, { signal }).catch(() => undefined),
      pollIntervalMs: 20,
    },
    stopping.signal,
  )
  await expect.poll(() => done(events), { timeout: PROOF_MS, interval: 20 }).toBe(true)
  stopping.abort()
  await running
  return events
}

const accepted = (events: ProverEvent[]): boolean => events.some(({ event }) => event === 'accepted')

test(
  'proves its task and hands over a proof that verifies, past a coordinator that is down and one that fails',
  async () => {
    const idle = await coordinator(undefined)
    const busy = await coordinator(task, 1)
    const down = 'http://127.0.0.1:1'
    await runUntil([down, busy.url, idle.url], accepted)
    const [result] = [...busy.results, ...idle.results]
    expect(result?.taskId).toBe(task.taskId)
    expect(result!.publicSignals).toEqual(batchSignals(context, readings).map(String))
    const key = JSON.parse(readFileSync(files.verificationKey, 'utf8')) as VerificationKey
    expect(await (await createVerifier(key)).verify(result!.publicSignals, result!.proof)).toBe(true)
  },
  PROOF_MS,
)

const lies: [string, (task: ProverTask) => void][] = [
  ['another root', (lie) => (lie.root = (root + 1n).toString())],
  ['another reading', (lie) => (lie.readings[0]!.values[0] = '7')],
  ['another task id', (lie) => (lie.taskId = `0x${'00'.repeat(31)}01`)],
  ['another project', (lie) => (lie.projectId = '6')],
  ['another chain', (lie) => (lie.chainId = '4689')],
  ['another router', (lie) => (lie.router = `0x${'44'.repeat(20)}`)],
  ['another circuit', (lie) => (lie.circuit = 'reading-batch-32')],
]
test.each(lies)('refuses a task with %s, and hands nothing over', async (_, change) => {
  const lie = structuredClone(task)
  change(lie)
  const { url, results } = await coordinator(lie)
  const events = await runUntil([url], (seen) => seen.some(({ event }) => event === 'failed'))
  expect(events.find(({ event }) => event === 'failed')).toMatchObject({ error: { code: 'TASK_MISMATCH' } })
  expect(results).toEqual([])
})

test('a reading out of its range yields no proof', async () => {
  const changed = readings.map((reading) => ({ ...reading, values: [1251n, 0n, 0n, 0n, 0n] }))
  const lie = structuredClone(task)
  lie.root = batchRoot(changed).toString()
  lie.taskId = batchTaskId(context.chainId, context.projectId, batchRoot(changed))
  for (const reading of lie.readings) reading.values[0] = '1251'
  const { url, results } = await coordinator(lie)
  const events = await runUntil([url], (seen) => seen.some(({ event }) => event === 'failed'))
  expect(events.find(({ event }) => event === 'failed')).toMatchObject({ error: { code: 'WITNESS_INVALID' } })
  expect(results).toEqual([])
})

test('a malformed task is refused', async () => {
  const { url } = await coordinator({ ...task, root: 'x' })
  const events = await runUntil([url], (seen) => seen.some(({ event }) => event === 'failed'))
  expect(events[0]).toMatchObject({ event: 'failed', error: { code: 'TASK_MALFORMED' } })
})

test(
  'a clock that runs ahead of the chain’s does not keep a proof back',
  async () => {
    const { url, results } = await coordinator(task)
    await runUntil([url], accepted, () => Date.now() + 3_600_000)
    expect(results).toHaveLength(1)
  },
  PROOF_MS,
)

test(
  'tables of the key are kept where the node is told to',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'iotex2-tables-'))
    closing.push(async () => rmSync(directory, { recursive: true }))
    const reports: TableReport[] = []
    const tables = { memoryMiB: 128, directory }
    const tabled = new BatchProver({ ...files, tables }, (report) => reports.push(report))
    closing.push(() => tabled.dispose())
    const { publicSignals } = await tabled.prove(batchCircuitInput(context, readings))
    expect(publicSignals).toEqual(batchSignals(context, readings).map(String))
    const [key] = readdirSync(directory)
    expect(readdirSync(join(directory, key!))).toHaveLength(4)
    const parts = reports.flatMap((report) => (report.event === 'building' ? [report.part] : []))
    expect(parts.length).toBeGreaterThan(3)
    expect(parts).toEqual(parts.toSorted((a, b) => a - b))
    expect(parts.at(-1)).toBe(1)
    expect(reports.at(-1)).toMatchObject({ event: 'ready', read: 0, storeError: null })
  },
  PROOF_MS,
)

test(
  'a proving thread that broke is told of, and the next proof has another one',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'iotex2-prover-'))
    closing.push(async () => rmSync(directory, { recursive: true }))
    const wasm = join(directory, 'circuit.wasm')
    const broken = new BatchProver({ ...files, wasm })
    closing.push(() => broken.dispose())
    const input = batchCircuitInput(context, readings)
    await expect(broken.prove(input)).rejects.toThrow()
    await expect(broken.prove(input)).rejects.toThrow()
    copyFileSync(files.wasm, wasm)
    expect((await broken.prove(input)).publicSignals).toEqual(batchSignals(context, readings).map(String))
  },
  PROOF_MS,
)
