/** `pnpm bench NAME [--json]`: runs a benchmark of scripts/bench. The last line on stdout is one JSON object. */
import { existsSync, readdirSync } from 'node:fs'
import { CodedError } from '@iotex2/protocol/errors'
import { main } from '@iotex2/service/service'

await main(async () => {
  const directory = new URL('./bench/', import.meta.url)
  const name = process.argv[2] ?? ''
  const names = readdirSync(directory).flatMap((file) =>
    file.endsWith('.ts') && !file.includes('-') ? [file.slice(0, -3)] : [],
  )
  if (!/^[a-z0-9]+$/.test(name) || !existsSync(new URL(`${name}.ts`, directory)))
    throw new CodedError('BENCH_UNKNOWN', `Choose a benchmark: pnpm bench ${names.join(' | ')} [--json]`)
  await import(new URL(`${name}.ts`, directory).href)
})
