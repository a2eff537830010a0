/**
 * The laws of veIOTX over 210,000 calls in any order, with a fixed seed (test/invariants/VeIOTX.t.sol).
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

test('votes and coins are conserved over 210,000 calls', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [hardhatCli, 'test', 'solidity', 'test/invariants/VeIOTX.t.sol', '--no-typechain', '--test-profile', 'long'],
    { cwd: ROOT },
  )
  expect(stdout).toContain('(runs: 2100)')
})
