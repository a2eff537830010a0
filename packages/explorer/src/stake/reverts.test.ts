import { nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { expect, test } from 'vitest'
import { explainStakeRevert, MEANINGS, STAKE_INTERFACES } from './reverts.ts'

test('a vault’s error is told, and named', () => {
  const data = nativeVaultInterface.encodeErrorResult('VaultExitLocked', [7n, 8n])
  expect(explainStakeRevert(data)).toBe('It is not unlocked yet. (VaultExitLocked)')
})

test.each(Object.keys(MEANINGS))('%s is one of the contracts’', (name) => {
  expect(STAKE_INTERFACES.some((known) => known.getError(name) !== null)).toBe(true)
})
