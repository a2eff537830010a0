import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import Msp from './Msp.ts'
import WrappedIotx from './WrappedIotx.ts'

/**
 * Vaults of staked IOTX, one for each system staking contract whose buckets are ERC-721 tokens (docs/adr/0053). Parameters:
 * - `systemStakingV2`: the one that counts locks in blocks; required.
 * - `systemStakingV3`: the one that counts them in seconds; required.
 *
 * They are the L1's own contracts: none is ever deployed here, and nothing else depends on this module.
 */
export default buildModule('Buckets', (m) => {
  const { allocation, dims, slasher, rewards } = m.useModule(Msp)
  const { wrapped } = m.useModule(WrappedIotx)
  const vaultOf = (version: string, staking: ReturnType<typeof m.getParameter<string>>) =>
    m.contract('BucketVault', [staking, wrapped, allocation, dims, slasher, rewards], { id: `BucketVault${version}` })
  return {
    bucketsV2: vaultOf('V2', m.getParameter('systemStakingV2')),
    bucketsV3: vaultOf('V3', m.getParameter('systemStakingV3')),
  }
})
