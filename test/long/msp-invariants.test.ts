/**
 * The accounting of restaked stake over 201,600 calls in any order, with a fixed seed (test/invariants/Msp.t.sol).
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

test('the accounting of restaked stake holds over 201,600 calls', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [hardhatCli, 'test', 'solidity', 'test/invariants/Msp.t.sol', '--no-typechain', '--test-profile', 'long'],
    { cwd: ROOT },
  )
  expect(stdout).toContain('(runs: 1680)')
})
