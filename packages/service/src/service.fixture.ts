/** A service that does nothing, in a process of its own, for tests of how one ends. */
import { createService, main, serve } from './service.ts'

await main(() => serve(createService({ name: 'idle', logLevel: 'silent' }), { host: '127.0.0.1', port: 0 }))
