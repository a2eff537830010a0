/**
 * Each benchmark runs, and reports what its command promises.
 * @module
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

test.each([
  ['ingest', ['acceptedPerSecond', 'verifyPerSecond']],
  ['e2e', ['p50', 'p95']],
  ['identity', ['unpackPerSecond', 'didcommNodeUnpackPerSecond', 'packPerSecond']],
  [
    'ioconnect',
    [
      ...['rv32TextBytes', 'rv32OwnTextBytes', 'rv32StaticRamBytes', 'signInstructions', 'authcryptInstructions'],
      ...['unpackPerSecond', 'didcommNodeUnpackPerSecond', 'simulatedDevices', 'endToEndPerSecond'],
    ],
  ],
  [
    'msm',
    ['g1_14_1t', 'g1_16_1t', 'g1_14_1t_table', 'g1_16_1t_table', 'g1_14_2t', 'g1_16_2t', 'g2_14_1t', 'table_gain_16'],
  ],
  ['msp', ['slashGas', 'claimGas', 'depositGas', 'delegateGas', 'allocateGas', 'exitGas']],
  ['prove', ['dense14_1t', 'dense16_1t', 'sha16_1t', 'dense16_2t', 'rss16']],
])('pnpm bench %s --json', async (name, members) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/bench.ts', name, '--json'], { cwd: ROOT })
  const line = stdout.trimEnd().split('\n').at(-1)!
  expect(JSON.parse(line)).toBeTypeOf('object')
  for (const member of members) expect(line).toContain(`"${member}"`)
})
