/**
 * What the coordinator's explorer API answers. Amounts are wei in decimal; times are ISO 8601 in UTC.
 * @module
 */

/** GET /v1/stats, and the event `stats` each second. */
export interface Stats {
  chainId: number
  block: number
  blockTime: string
  messagesAccepted: number
  messagesRejected: number
  duplicates: number
  batches: number
  settled: number
  failed: number
  proofs: number
  rewardsWei: string
  devices: number
  provers: { idle: number; busy: number; offline: number }
  /** Settled in the last minute. */
  readingsPerMinute: number
  /** From a reading's acceptance to its reward; null before the first. */
  latencyMs: { p50: number | null; p95: number | null }
  /** Settled in each ten seconds, oldest first; `minute` is the bucket's start. */
  throughput: { minute: string; readings: number; batches: number }[]
  /** The latest proofs, oldest first. */
  proofTimes: { taskId: string; prover: string; seconds: number; settledAt: string | null }[]
  /** A block explorer that knows this chain, without a slash at the end. */
  explorerBase?: string | null
  /** Symbol of the token that rewards are paid in. */
  rewardSymbol?: string | null
}

export const PROVER_STATUSES = ['idle', 'busy', 'offline'] as const
export type ProverStatus = (typeof PROVER_STATUSES)[number]

export interface Prover {
  address: string
  proverId: string | number
  did: string | null
  status: ProverStatus
  stakeWei: string
  lastHeartbeat: string | null
  tasksSettled: number
  taskId: string | null
}

/** GET /v1/fleet, and the event `fleet` on each change. */
export interface Fleet {
  provers: Prover[]
  coordinators: string[]
}

export const TASK_STATES = ['packed', 'assigned', 'proved', 'settled', 'failed'] as const
export type TaskState = (typeof TASK_STATES)[number]

/** A batch of readings, one task on chain. Also the event `task` on each change. */
export interface Task {
  taskId: string
  projectId: string | number
  state: TaskState
  readings: number
  devices: number
  prover: string | null
  createdAt: string
  assignedAt: string | null
  provedAt: string | null
  settledAt: string | null
  deadline: string | null
  proofMs: number | null
  assignTx: string | null
  settleTx: string | null
  /** Deadlines missed so far, so 0 on the first attempt. */
  attempt: number
  error: string | null
}

/** GET /v1/tasks?limit&before: latest first. `next` is the `before` of the next page. */
export interface TaskPage {
  tasks: Task[]
  next: string | null
}

export interface TaskEvent {
  state: TaskState
  time: string
  comment: string | null
  error: string | null
  transactionHash: string | null
  proverId: string | number | null
}

export interface ProfileField {
  name: string
  unit: string
  minimum: number
  maximum: number
  scale: number
}

/** A reading at its place in the batch. `values` are integers after the profile's scale, negative ones with a sign. */
export interface BatchReading {
  index: number
  device: string
  nonce: string | number
  /** Milliseconds since the epoch, by the device's clock. */
  time: string | number
  values: (string | number)[]
  /** The message's own task id, as the device got it. */
  taskId?: string | null
}

/** GET /v1/tasks/:id. */
export interface TaskDetail extends Task {
  chainId: string | number
  /** Decimal, or hexadecimal with 0x. */
  root: string
  profile: { name: string; version: number; fields: ProfileField[] } | null
  /** Decimal; null before the proof. */
  publicSignals: string[] | null
  events: TaskEvent[]
  batch: BatchReading[]
}

/** Also the event `device` on each change. */
export interface Device {
  device: string
  did: string
  ioid: string | number
  /** The ERC-6551 account of the device's ioID, which rewards are paid to. */
  account: string
  owner: string
  projectId: string | number
  documentUri: string | null
  readingsAccepted: number
  readingsSettled: number
  rewardsWei: string
  lastSeen: string | null
}

/** GET /v1/devices. */
export interface DeviceList {
  devices: Device[]
}
