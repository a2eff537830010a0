/**
 * `pnpm test`: every test, one suite after the other. `pnpm test NAME…` runs some; `pnpm test:long` the long ones.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hardhatCli } from '@iotex2/devnet/chain'
import { main } from '@iotex2/service/service'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const VITEST = 'node_modules/vitest/vitest.mjs'
const vitest = (config: string): Suite => ({
  args: (report) => [
    VITEST,
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  count: (_output, report) => {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  },
})

interface Suite {
  args: (report: string) => string[]
  count: (output: string, report: string) => Counts
}

const SUITES: Record<string, Suite> = {
  build: { args: () => ['scripts/build.ts'], count: () => ({ passed: 0, failed: 0, skipped: 0 }) },
  contracts: {
    args: () => [hardhatCli, 'test', '--no-typechain'],
    // The last line of each kind counts Solidity and mocha together.
    count: (output) => {
      const last = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0)
      return {
        passed: last(/(\d+) passing/g),
        failed: last(/(\d+) failing/g),
        skipped: last(/(\d+) (?:pending|skipped)/g),
      }
    },
  },
  packages: vitest('vitest.config.ts'),
  explorer: vitest('vitest.browser.config.ts'),
  e2e: vitest('vitest.e2e.config.ts'),
  long: vitest('vitest.long.config.ts'),
}

async function run(suite: Suite, report: string): Promise<Counts> {
  const child = spawn(process.execPath, suite.args(report), { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
    process.stdout.write(chunk)
  })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  const counts = await Promise.resolve(output.replace(/\u001b\[[0-9;]*m/g, ''))
    .then((text) => suite.count(text, report))
    .catch(() => ({ passed: 0, failed: 0, skipped: 0 }))
  return code === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}

await main(async () => {
  const chosen = process.argv.slice(2)
  const names = chosen.length > 0 ? chosen : Object.keys(SUITES).filter((name) => name !== 'long')
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-test-'))
  const total: Counts = { passed: 0, failed: 0, skipped: 0 }
  for (const name of names) {
    const began = performance.now()
    process.stdout.write(`\n── ${name}\n`)
    const counts = await run(SUITES[name]!, join(directory, `${name}.json`))
    process.stdout.write(
      `── ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${((performance.now() - began) / 1000).toFixed(0)} s\n`,
    )
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
    // Nothing runs on what did not build.
    if (name === 'build' && counts.failed > 0) break
  }
  rmSync(directory, { recursive: true })
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
  if (total.failed > 0) process.exitCode = 1
  // In continuous integration every tool is there: a skipped test is a missing install step.
  if (total.skipped > 0 && process.env.CI === 'true') process.exitCode = 1
})
