/**
 * Appends accepted messages. A message is (chain, project, device, nonce); it is stored once.
 * @module
 */
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { byteaArray, int8Array, textArray } from './binary-arrays.ts'
import type { Store } from './store.ts'

/** An authenticated message whose reading lies in its profile's ranges. */
export interface NewMessage {
  projectId: bigint
  /** 20 bytes. */
  device: Uint8Array
  /** Unsigned, 64 bits. */
  nonce: bigint
  taskId: Uint8Array
  contentHash: Uint8Array
  signature: Uint8Array
  /** 96 bytes, or none. */
  circuitSignature?: Uint8Array
  payload: string | Uint8Array
  time: bigint
  /** Five. */
  values: readonly bigint[]
}

/**
 * What became of a message: kept now; kept before with the same content, under the first one's task id; or refused,
 * because its nonce stands for other content.
 */
export type AppendOutcome = { kind: 'accepted' | 'duplicate'; taskId: Hex } | { kind: 'conflict' }

// A nonce travels as a signed integer: the upper half of its range looks negative.
// The counter moves in the same commit, in a shard that other connections rarely share.
const INSERT = `
  WITH inserted AS (
    INSERT INTO messages
      (chain_id, project_id, device, nonce, task_id, content_hash, signature, payload, time, values,
       circuit_signature)
    SELECT $1, project_id, device, CASE WHEN nonce < 0 THEN nonce + 18446744073709551616 ELSE nonce END,
      task_id, content_hash, signature, payload, time, ARRAY[v0, v1, v2, v3, v4], nullif(circuit_signature, '')
    FROM unnest($2::int8[], $3::bytea[], $4::int8[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[], $9::int8[],
      $10::int8[], $11::int8[], $12::int8[], $13::int8[], $14::int8[], $15::bytea[])
      AS new (project_id, device, nonce, task_id, content_hash, signature, payload, time, v0, v1, v2, v3, v4,
        circuit_signature)
    ON CONFLICT DO NOTHING
    RETURNING task_id
  ), counted AS (
    INSERT INTO counters (name, shard, count)
    SELECT 'accepted', pg_backend_pid() % 16, count(*) FROM inserted HAVING count(*) > 0
    ON CONFLICT (name, shard) DO UPDATE SET count = counters.count + excluded.count
  )
  SELECT task_id FROM inserted`

const NONE = new Uint8Array()

const FIND = `
  SELECT m.project_id, m.device, m.nonce, m.task_id, m.content_hash
  FROM unnest($2::int8[], $3::bytea[], $4::int8[]) AS new (project_id, device, nonce)
  JOIN messages m ON m.chain_id = $1 AND m.project_id = new.project_id AND m.device = new.device
    AND m.nonce = CASE WHEN new.nonce < 0 THEN new.nonce + 18446744073709551616 ELSE new.nonce END`

interface Stored {
  project_id: bigint
  device: Buffer
  nonce: bigint
  task_id: Buffer
  content_hash: Buffer
}

const keyOf = (projectId: bigint, device: Uint8Array, nonce: bigint): string => `${projectId} ${toHex(device)} ${nonce}`

/**
 * Appends messages in one statement, so in one commit, and returns what became of each, in order. When it has resolved,
 * what is accepted is on disk. It rejects with the database's error, and then none of them was accepted by this call.
 */
export async function appendMessages(
  { pool }: Pick<Store, 'pool'>,
  chainId: bigint,
  messages: readonly NewMessage[],
): Promise<AppendOutcome[]> {
  if (messages.length === 0) return []
  const keys = [
    chainId,
    int8Array(messages.map((m) => m.projectId)),
    byteaArray(messages.map((m) => m.device)),
    int8Array(messages.map((m) => BigInt.asIntN(64, m.nonce))),
  ]
  const values = [
    ...keys,
    byteaArray(messages.map((m) => m.taskId)),
    byteaArray(messages.map((m) => m.contentHash)),
    byteaArray(messages.map((m) => m.signature)),
    textArray(messages.map((m) => m.payload)),
    int8Array(messages.map((m) => m.time)),
    ...[0, 1, 2, 3, 4].map((i) => int8Array(messages.map((m) => m.values[i]!))),
    byteaArray(messages.map((m) => m.circuitSignature ?? NONE)),
  ]
  const inserted = await insert(pool, values)
  if (inserted.length === messages.length) return messages.map((m) => ({ kind: 'accepted', taskId: toHex(m.taskId) }))
  const found = await pool.query<Stored>({ name: 'find-messages', text: FIND, values: keys })
  return classify(messages, new Set(inserted.map((row) => toHex(row.task_id))), found.rows)
}

const DEADLOCK = '40P01'
const DEADLOCK_ATTEMPTS = 5

/** Two calls with the same messages in another order may wait for each other: the server ends one, which tries again. */
async function insert(pool: Store['pool'], values: unknown[]): Promise<{ task_id: Buffer }[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await pool.query<{ task_id: Buffer }>({ name: 'append-messages', text: INSERT, values })).rows
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || attempt === DEADLOCK_ATTEMPTS) throw error
    }
  }
}

function classify(messages: readonly NewMessage[], accepted: Set<Hex>, found: readonly Stored[]): AppendOutcome[] {
  const stored = new Map(found.map((row) => [keyOf(row.project_id, row.device, row.nonce), row]))
  return messages.map(({ projectId, device, nonce, taskId, contentHash }) => {
    const first = stored.get(keyOf(projectId, device, nonce))
    // Without a stored one, its task id is another message's: two keys made to share a signature.
    if (!first?.content_hash.equals(contentHash)) return { kind: 'conflict' }
    const id = toHex(first.task_id)
    // Of two equal messages in one call the first is accepted, the second a duplicate.
    const isFirst = toHex(taskId) === id && accepted.delete(id)
    return { kind: isFirst ? 'accepted' : 'duplicate', taskId: id }
  })
}
