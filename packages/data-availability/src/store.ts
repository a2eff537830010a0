/**
 * The store: one PostgreSQL database, shared by gateways, batchers and coordinators, any number of each.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { Kysely, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { migrations } from './migrations.ts'
import type { Database } from './schema.ts'

export type { BatchState, Database } from './schema.ts'

export interface StoreOptions {
  /** postgres://… */
  url: string
  /** Connections at most. */
  connections?: number
  /** Called when an idle connection breaks. The pool makes another one when it is needed. */
  onError?: (error: Error) => void
}

export interface Store extends AsyncDisposable {
  db: Kysely<Database>
  pool: pg.Pool
  close(): Promise<void>
}

/** Thrown when the database does not answer or cannot be migrated. Code STORE_UNAVAILABLE; trying again may help. */
export class StoreUnavailableError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('STORE_UNAVAILABLE', message, options)
  }
}

const INT8 = 20
const NUMERIC = 1700
const INT8_ARRAY = 1016

/** Reads int8 and whole numerics as bigint; everything else as pg does. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format)
    if (oid === INT8) return BigInt
    if (oid === NUMERIC) return (text: string) => (/^-?\d+$/.test(text) ? BigInt(text) : text)
    if (oid === INT8_ARRAY) return (text: string) => text.slice(1, -1).split(',').filter(Boolean).map(BigInt)
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

/** Opens the store without touching the network yet. */
export function openStore({ url, connections = 10, onError = () => {} }: StoreOptions): Store {
  const pool = new pg.Pool({ connectionString: url, max: connections, types, connectionTimeoutMillis: 5_000 })
  pool.on('error', onError)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  const close = () => (closing ??= db.destroy())
  return { db, pool, close, [Symbol.asyncDispose]: close }
}

/** Brings the schema up to date. Safe to call from several processes at once. Throws {@link StoreUnavailableError}. */
export async function migrate({ db }: Store): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const { message, code } = error as { message?: string; code?: string }
    throw new StoreUnavailableError(`The database cannot be migrated: ${message || code}.`, { cause: error })
  }
}
