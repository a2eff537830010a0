/**
 * Runs one PostgreSQL server and stops it when its parent ends, says so, or this process gets SIGTERM.
 * Started by `startPostgres`, which sends {@link SupervisorOptions} once.
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import pg from 'pg'

export interface SupervisorOptions {
  /** Directory of initdb and postgres. */
  binaries: string
  /** Where the cluster is, or shall be. `user` can reach it. */
  dataDirectory: string
  port: number
  password: string
  temporary: boolean
  user?: { uid: number; gid: number }
}

export type SupervisorMessage = { type: 'listening'; url: string } | { type: 'failed'; reason: string }

const START_ATTEMPTS = 200
const RETRY_MS = 50
const SHUTDOWN_MS = 20_000

/** A former server of this cluster is still going down. */
const GOING_DOWN = /lock file "postmaster.pid" already exists|shared memory block .* still in use/
const PORT_TAKEN = /Address already in use|could not create any TCP/

let server: ChildProcess | undefined
let options: SupervisorOptions | undefined
let stopping: Promise<void> | undefined

process.once('message', (message) => {
  options = message as SupervisorOptions
  void run(options)
})
process.once('disconnect', () => void stop())
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop())

async function run(given: SupervisorOptions): Promise<void> {
  try {
    if (!existsSync(join(given.dataDirectory, 'PG_VERSION'))) await initialize(given)
    const url = await start(given)
    process.send?.({ type: 'listening', url } satisfies SupervisorMessage)
  } catch (error) {
    const reason = `PostgreSQL did not start: ${reasonOf(error)}`
    if (process.connected) process.send?.({ type: 'failed', reason } satisfies SupervisorMessage)
    await stop()
  }
}

/** How PostgreSQL's own programs run: as its user, with nothing of this process's environment. */
const surroundings = ({ user }: SupervisorOptions) => ({
  cwd: '/',
  env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
  ...user,
})

/** Makes the cluster beside its place and moves it there when complete: a killed initdb leaves no half a cluster. */
async function initialize(given: SupervisorOptions): Promise<void> {
  const fresh = `${given.dataDirectory}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  const passwordFile = await mkdtemp(join(tmpdir(), 'iotex2-')).then((directory) => join(directory, 'password'))
  await writeFile(passwordFile, given.password, { mode: 0o600 })
  if (given.user) {
    const { uid, gid } = given.user
    for (const path of [fresh, dirname(passwordFile), passwordFile]) await chown(path, uid, gid)
  }
  try {
    await promisify(execFile)(
      join(given.binaries, 'initdb'),
      [
        '-D',
        fresh,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      surroundings(given),
    )
    await rename(fresh, given.dataDirectory)
  } finally {
    await rm(dirname(passwordFile), { recursive: true, force: true })
    await rm(fresh, { recursive: true, force: true })
  }
}

async function start(given: SupervisorOptions): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(given)
    } catch (error) {
      // A free port may have been taken since it was found; one that was asked for stays taken.
      const passing = GOING_DOWN.test(String(error)) || (given.port === 0 && PORT_TAKEN.test(String(error)))
      if (stopping || attempt === START_ATTEMPTS || !passing) throw error
      await delay(RETRY_MS)
    }
  }
}

async function startOnce(given: SupervisorOptions): Promise<string> {
  const port = given.port || (await freePort())
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    log_min_messages: 'log',
  }
  const child = spawn(
    join(given.binaries, 'postgres'),
    ['-D', given.dataDirectory, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    { ...surroundings(given), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  server = child
  let log = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4096)
  })
  const ended = once(child, 'close').then(() => {
    server = undefined
    throw new PostgresStartError(log)
  })
  ended.catch(() => {})
  const url = `postgres://postgres:${given.password}@127.0.0.1:${port}/postgres`
  await Promise.race([ended, answers(url)])
  return url
}

/** Thrown when the server ends or never answers; the message is its log. */
class PostgresStartError extends CodedError {
  constructor(log: string) {
    super('POSTGRES_FAILED', log)
  }
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS && !stopping; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    const ready = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (ready) return
    await delay(RETRY_MS)
  }
  throw new PostgresStartError('it does not answer.')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** The line of a failed program's output that says why. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  const lines = (stderr || message).trim().split('\n')
  const telling = [/Address already in use|No space left/, /FATAL|PANIC|error/i, /./]
  return telling
    .map((pattern) => lines.findLast((line) => pattern.test(line)))
    .find(Boolean)!
    .trim()
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    const child = server
    if (child) {
      const closed = once(child, 'close')
      // A fast shutdown: sessions are cut, everything committed is on disk.
      child.kill('SIGINT')
      const timer = setTimeout(() => child.kill('SIGQUIT'), SHUTDOWN_MS)
      await closed
      clearTimeout(timer)
    }
    if (options?.temporary) await rm(options.dataDirectory, { recursive: true, force: true })
    process.exit()
  })()
  return stopping
}
