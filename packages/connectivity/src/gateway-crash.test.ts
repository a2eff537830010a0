/**
 * kill -9 of the gateway in the middle of a stream. What was acknowledged is stored, whatever the moment; what was not
 * is sent again and stored once.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { toHex } from '@iotex2/protocol/hex'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { PROJECT, TestDevice } from './device.fixture.ts'

const MESSAGES = 60
const device = new TestDevice(1)
const bodies = Array.from({ length: MESSAGES }, (_, i) => device.request(i + 1))

async function startGateway(args: string[]) {
  const child = fork(fileURLToPath(new URL('gateway.fixture.ts', import.meta.url)), args, { execArgv: [] })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  const [url] = (await once(child, 'message')) as [string]
  return { url, exited, kill: () => child.kill('SIGKILL') }
}

/** Publishes what is not acknowledged yet, and collects acknowledgements until `isDone` or the connection breaks. */
async function send(url: string, acknowledged: Map<number, string>, isDone: () => boolean): Promise<void> {
  const client = await connectAsync(url, { reconnectPeriod: 0 }, false)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.on('error', () => {})
  client.on('message', (_topic, payload) => {
    const { nonce, status, taskID } = JSON.parse(payload.toString()) as Acknowledgement
    if (status === 200) acknowledged.set(Number(nonce), taskID!)
    if (isDone()) client.end()
  })
  await client.subscribeAsync(acknowledgementTopic(PROJECT, device.address))
  for (const [i, body] of bodies.entries())
    if (!acknowledged.has(i + 1)) client.publish(taskTopic(PROJECT, device.address), body, { qos: 1 })
  await closed
}

const stored = async ({ db }: Store): Promise<Map<number, string>> =>
  new Map(
    (await db.selectFrom('messages').select(['nonce', 'task_id']).execute()).map((row) => [
      Number(row.nonce),
      toHex(row.task_id),
    ]),
  )

test.each([
  { point: 'received', count: 1 },
  { point: 'received', count: MESSAGES },
  { point: 'verified', count: 1 },
  { point: 'verified', count: 30 },
  { point: 'committed', count: 1 },
  { point: 'committed', count: 2 },
])('killed at $point, $count', async ({ point, count }) => {
  await using database = await createTestDatabase()
  await using store = openStore({ url: database.url })
  await migrate(store)
  const acknowledged = new Map<number, string>()

  const first = await startGateway([database.url, '0', point, String(count)])
  await send(first.url, acknowledged, () => acknowledged.size === MESSAGES)
  // Where a second commit was not needed, nothing killed it: kill it now.
  first.kill()
  expect((await first.exited)[1]).toBe('SIGKILL')
  const kept = await stored(store)
  for (const [nonce, taskId] of acknowledged) expect(kept.get(nonce)).toBe(taskId)

  const second = await startGateway([database.url, new URL(first.url).port])
  if (acknowledged.size < MESSAGES) await send(second.url, acknowledged, () => acknowledged.size === MESSAGES)
  second.kill()
  await second.exited
  expect(await stored(store)).toEqual(acknowledged)
  expect(acknowledged.size).toBe(MESSAGES)
  const { rows } = await store.pool.query("SELECT sum(count)::int AS n FROM counters WHERE name = 'accepted'")
  expect(rows).toEqual([{ n: MESSAGES }])
})
