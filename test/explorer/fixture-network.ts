/**
 * A small network at one moment, in the shape of the coordinator's explorer API: what the fixture server answers.
 * Roots, task ids and public signals are the protocol's own, so that the page's checks of a batch hold.
 * @module
 */
import { createHash } from 'node:crypto'
import { type BatchContext, batchRoot, batchSignals, batchTaskId, sortReadings } from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import type { Reading } from '@iotex2/protocol/reading'

/** The moment. The browser's clock is set to it. */
export const FIXTURE_NOW = Date.UTC(2026, 10, 23, 12, 0, 0)

/** More than a page, so that there is an older one. */
const TASKS = 24
const PAGE = 20
const TOKEN = 10n ** 18n

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const address = (name: string): Hex => `0x${digest(name).slice(0, 40)}`
const transaction = (name: string): Hex => `0x${digest(name)}`
const ago = (seconds: number): string => new Date(FIXTURE_NOW - seconds * 1000).toISOString()

const profile = parseProfile({
  name: 'host',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'load', unit: '%', minimum: 0, maximum: 100, scale: 100 },
    { name: 'memory', unit: 'MiBy', minimum: 0, maximum: 1_048_576, scale: 1 },
    { name: 'uptime', unit: 's', minimum: 0, maximum: 1_000_000_000, scale: 1 },
    { name: 'received', unit: 'KiBy', minimum: 0, maximum: 1_000_000_000, scale: 1 },
    { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 125, scale: 10 },
  ],
})

const DEVICES = ['attic', 'barn', 'cellar', 'deck'].map(address).sort()
const [FIRST_PROVER, SECOND_PROVER, THIRD_PROVER] = ['prover-1', 'prover-2', 'prover-3'].map(address) as [Hex, Hex, Hex]
const CHAIN_ID = 31337n
const PROJECT_ID = 1n

type State = 'packed' | 'assigned' | 'proved' | 'settled' | 'failed'

/** Task 0 is the latest. */
const stateOf = (i: number): State =>
  i === 0 ? 'packed' : i === 1 ? 'assigned' : i === 2 ? 'proved' : i === 9 ? 'failed' : 'settled'

function readingsOf(i: number): Reading[] {
  const count = i === 0 ? 7 : 16
  return sortReadings(
    Array.from({ length: count }, (_, k) => ({
      chainId: CHAIN_ID,
      projectId: PROJECT_ID,
      device: DEVICES[k % DEVICES.length]!,
      nonce: BigInt((TASKS - i) * 4 + Math.floor(k / 4)),
      time: BigInt(FIXTURE_NOW - i * 20_000 - k * 1_000),
      values: [
        BigInt(1_850 + ((i * 37 + k * 211) % 4_000)),
        BigInt(7_412 + k * 13),
        BigInt(86_400 + (TASKS - i) * 20),
        BigInt(52_340 + i),
        BigInt(((k * 7) % 30) - 12),
      ],
    })),
  )
}

function buildTask(i: number) {
  const state = stateOf(i)
  const prover = i % 2 === 0 ? FIRST_PROVER : SECOND_PROVER
  const readings = readingsOf(i)
  const context: BatchContext = { chainId: CHAIN_ID, projectId: PROJECT_ID, router: address('router'), prover, profile }
  const root = batchRoot(readings)
  const taskId = batchTaskId(CHAIN_ID, PROJECT_ID, root)
  const proofMs = 3_400 + ((i * 977) % 2_600)
  const cut = i * 20 + 6
  const [assigned, proven, settled] = [cut - 1.2, cut - 1.4 - proofMs / 1000, cut - 2.6 - proofMs / 1000]
  const reached = (...states: State[]) => states.includes(state)
  const provedAt = reached('proved', 'settled') ? ago(proven) : null
  const settledAt = reached('settled') ? ago(settled) : null
  const assignTx = state === 'packed' ? null : transaction(`assign ${i}`)
  const settleTx = settledAt && transaction(`settle ${i}`)
  const row = {
    taskId,
    projectId: PROJECT_ID.toString(),
    state,
    readings: readings.length,
    devices: new Set(readings.map(({ device }) => device)).size,
    prover: state === 'packed' ? null : prover,
    createdAt: ago(cut),
    assignedAt: state === 'packed' ? null : ago(assigned),
    provedAt,
    settledAt,
    deadline: reached('assigned', 'proved') ? new Date(FIXTURE_NOW + 54_000).toISOString() : null,
    proofMs: provedAt && proofMs,
    assignTx,
    settleTx,
    attempt: state === 'failed' ? 2 : 0,
    error: state === 'failed' ? 'No prover proved this batch within its deadline, three times.' : null,
  }
  const event = (
    of: State,
    time: string | null,
    transactionHash: string | null,
    proverId: string | null,
    comment: string | null,
  ) => (time === null ? [] : [{ state: of, time, comment, error: null, transactionHash, proverId }])
  const proverId = prover === FIRST_PROVER ? '101' : '102'
  const detail = {
    ...row,
    chainId: CHAIN_ID.toString(),
    root: root.toString(),
    profile,
    publicSignals: provedAt && batchSignals(context, readings).map(String),
    events: [
      ...event('packed', row.createdAt, null, null, `${readings.length} readings cut into a batch.`),
      ...event('assigned', row.assignedAt, assignTx, proverId, `Assigned to prover ${proverId}.`),
      ...event('proved', provedAt, null, proverId, null),
      ...event('settled', settledAt, settleTx, proverId, 'Rewards minted to 4 accounts.'),
      ...(state === 'failed' ? [{ ...event('failed', ago(cut - 15), null, null, null)[0]!, error: row.error }] : []),
    ],
    batch: readings.map(({ device, nonce, time, values }, index) => ({
      index,
      device,
      nonce: nonce.toString(),
      time: time.toString(),
      values: values.map(String),
      taskId: transaction(`message ${i} ${index}`),
    })),
  }
  return { row, detail }
}

/** The tasks, hashed once: a root takes 31 Poseidon hashes. */
let built: ReturnType<typeof buildTask>[] | undefined

/** Returns what each route of the API answers; the caller may change it. */
export function buildFixtureNetwork() {
  built ??= Array.from({ length: TASKS }, (_, i) => buildTask(i))
  const tasks = structuredClone(built)
  const rows = tasks.map(({ row }) => row)
  const settled = rows.filter(({ state }) => state === 'settled')
  const stats = {
    chainId: Number(CHAIN_ID),
    block: 4_812,
    blockTime: ago(1),
    messagesAccepted: 375,
    messagesRejected: 3,
    duplicates: 12,
    batches: TASKS,
    settled: settled.length,
    failed: 1,
    proofs: settled.length + 1,
    rewardsWei: (960n * TOKEN + TOKEN / 8n).toString(),
    devices: DEVICES.length,
    provers: { idle: 1, busy: 1, offline: 1 },
    readingsPerMinute: 48,
    latencyMs: { p50: 11_840, p95: 19_220 },
    throughput: Array.from({ length: 60 }, (_, i) => ({
      minute: ago((60 - i) * 10),
      readings: Math.round(8 + 3 * Math.sin(i / 4) + ((i * 7) % 4)),
      batches: i % 2,
    })),
    proofTimes: settled
      .slice(0, 40)
      .map(({ taskId, prover, proofMs, settledAt }) => ({ taskId, prover, seconds: Number(proofMs) / 1000, settledAt }))
      .reverse(),
    explorerBase: null as string | null,
  }
  const fleet = {
    provers: [
      { address: FIRST_PROVER, proverId: '101', status: 'idle', stake: 25_000n, heartbeat: 3, taskId: null },
      {
        address: SECOND_PROVER,
        proverId: '102',
        status: 'busy',
        stake: 10_000n,
        heartbeat: 1,
        taskId: rows[1]!.taskId,
      },
      { address: THIRD_PROVER, proverId: '103', status: 'offline', stake: 9_500n, heartbeat: 4_210, taskId: null },
    ].map(({ stake, heartbeat, ...prover }) => ({
      ...prover,
      did: `did:io:${prover.address}`,
      stakeWei: (stake * TOKEN + 5n).toString(),
      lastHeartbeat: ago(heartbeat),
      tasksSettled: settled.filter((row) => row.prover === prover.address).length,
    })),
    coordinators: [address('coordinator-1'), address('coordinator-2')],
  }
  const devices = DEVICES.map((device, i) => ({
    device,
    did: `did:io:${device}`,
    ioid: String(i + 1),
    account: address(`account ${i}`),
    owner: address('owner'),
    projectId: PROJECT_ID.toString(),
    documentUri: i === 0 ? 'https://example.org/devices/attic.json' : `ipfs://${digest(device)}`,
    readingsAccepted: 250 + i,
    readingsSettled: 240,
    rewardsWei: (240n * TOKEN + BigInt(i) * 31_250_000_000_000_000n).toString(),
    lastSeen: ago(i * 2 + 1),
  }))
  const details = new Map(tasks.map(({ detail }) => [detail.taskId as string, detail]))
  return {
    stats,
    fleet,
    devices,
    task: (id: string) => details.get(id) ?? null,
    page: (before: string | undefined) => {
      const start = before === undefined ? 0 : Number(before)
      return {
        tasks: rows.slice(start, start + PAGE),
        next: start + PAGE < rows.length ? String(start + PAGE) : null,
      }
    },
  }
}

export type FixtureNetwork = ReturnType<typeof buildFixtureNetwork>
