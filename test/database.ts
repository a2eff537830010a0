/**
 * A database of one's own for a test file, on the run's PostgreSQL (test/postgres-setup.ts).
 * @module
 */
import { randomBytes } from 'node:crypto'
import { createDatabase } from '@iotex2/devnet/postgres'
import pg from 'pg'

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** Creates an empty database; `await using` drops it, with whoever is still connected. */
export async function createTestDatabase(): Promise<TestDatabase> {
  // Imported here: Hardhat loads every file below test/, and vitest only runs under vitest.
  const { inject } = await import('vitest')
  const server = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = await createDatabase(server, name)
  return {
    url,
    async [Symbol.asyncDispose]() {
      const client = new pg.Client({ connectionString: server })
      await client.connect()
      await client.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`)
      await client.end()
    },
  }
}
