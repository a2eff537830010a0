/**
 * The accounting of ioIDs over 100,800 calls in any order, with a fixed seed (test/invariants/IoIDAccounting.t.sol).
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

test('the accounting of ioIDs holds over 100,800 calls', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      hardhatCli,
      'test',
      'solidity',
      'test/invariants/IoIDAccounting.t.sol',
      '--no-typechain',
      '--test-profile',
      'long',
    ],
    { cwd: ROOT },
  )
  expect(stdout).toContain('(runs: 2100)')
})
