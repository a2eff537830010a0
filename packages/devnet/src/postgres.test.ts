import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, startPostgres } from './postgres.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-postgres-test-'))
  await chmod(directory, 0o755)
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function poll(what: string, done: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!done()) {
    expect(performance.now(), `${what} took too long`).toBeLessThan(deadline)
    await delay(20)
  }
}

test('starts, is durable, starts again with what it kept, and leaves no process', async () => {
  const first = await startPostgres({ directory })
  const url = await createDatabase(first.url, 'kept')
  await createDatabase(first.url, 'kept')
  expect(await query(url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
  expect(await query(url, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
  await query(url, 'CREATE TABLE t AS SELECT 7 AS seven')
  const [{ pid }] = (await query(url, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid")) as [
    { pid: number },
  ]
  await first.stop()
  await first.stop()
  expect(isAlive(first.pid)).toBe(false)
  expect(isAlive(pid)).toBe(false)

  const second = await startPostgres({ directory })
  const again = await createDatabase(second.url, 'kept')
  expect(await query(again, 'SELECT seven FROM t')).toEqual([{ seven: 7 }])

  // kill -9 of the server leaves a stale postmaster.pid.
  const [row] = await query(again, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid")
  process.kill(row!.pid as number, 'SIGKILL')
  await second.stop()
  const third = await startPostgres({ directory })
  expect(await query(await createDatabase(third.url, 'kept'), 'SELECT seven FROM t')).toEqual([{ seven: 7 }])
  await third.stop()
})

test('serves a directory that its user cannot enter, and removes a temporary cluster', async () => {
  await chmod(directory, 0o700)
  const postgres = await startPostgres({ directory: join(directory, 'deeper'), temporary: true })
  expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await postgres.stop()
  await expect(chmod(postgres.dataDirectory, 0o700)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('does not outlive a parent that is killed', async () => {
  const parent = fork(fileURLToPath(new URL('postgres.fixture.ts', import.meta.url)), [directory], { execArgv: [] })
  const [pid] = (await once(parent, 'message')) as [number]
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await poll('the end of the supervisor', () => !isAlive(pid))
  // The cluster was shut down in order and starts again.
  const postgres = await startPostgres({ directory })
  await postgres.stop()
})

test('says in one line why it does not start', async () => {
  const first = await startPostgres({ directory })
  const other = await mkdtemp(join(directory, 'other-'))
  await chmod(other, 0o755)
  await expect(startPostgres({ directory: other, port: Number(new URL(first.url).port) })).rejects.toMatchObject({
    code: 'POSTGRES_FAILED',
    message: expect.stringMatching(/^[^\n]*Address already in use[^\n]*$/),
  })
  await first.stop()
  await expect(createDatabase(first.url, 'gone')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
})
