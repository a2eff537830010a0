/** A process that starts PostgreSQL in the directory of its first argument, for the test that kills it. */
import { startPostgres } from './postgres.ts'

const postgres = await startPostgres({ directory: process.argv[2]! })
process.send?.(postgres.pid)
setInterval(() => {}, 60_000)
