/**
 * The accounting of restaked stake, and of restaked buckets, over 201,600 calls each in any order, with a fixed seed
 * (test/invariants).
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

test.each(['Msp', 'MspBuckets'])('the accounting of %s holds over 201,600 calls', async (name) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [hardhatCli, 'test', 'solidity', `test/invariants/${name}.t.sol`, '--no-typechain', '--test-profile', 'long'],
    { cwd: ROOT },
  )
  expect(stdout).toContain('(runs: 1680)')
})
