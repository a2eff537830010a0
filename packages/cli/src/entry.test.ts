import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ENTRY = fileURLToPath(new URL('./entry.ts', import.meta.url))

/** Runs the program in a process of its own. */
async function iotex2(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [ENTRY, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      printed[stream] += chunk
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...printed }
}

test('the program prints results to stdout, errors to stderr, and returns its exit code', async () => {
  expect(await iotex2(['zk', 'setup', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Usage: iotex2 zk setup R1CS'),
    stderr: '',
  })
  expect(await iotex2(['zk'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^COMMAND_MISSING: /),
  })
  expect(await iotex2(['zk', 'verify', 'no.json', '--public', 'no.json', '--key', 'no.json'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^FILE_NOT_FOUND: .*no\.json does not exist\.\n$/),
  })
})
