import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'
import IoID from './IoID.ts'
import WrappedIotx from './WrappedIotx.ts'

const DAY = 24 * 3600

/**
 * Restaked stake (docs/adr/0050): who secures which module, with what, and what it can lose. Parameters:
 * - `minimumBondWei`: the least that a builder bonds for a module (DIM) that it proposes.
 * - `exitDelaySeconds`: how long stake takes to leave: longer than the window of any module that is admitted, shorter
 *   than the timelock's delay (deploy/modules/Handover.ts).
 *
 * The vault of wrapped IOTX comes with the factory; anyone creates those of other assets.
 */
export default buildModule('Msp', (m) => {
  const { authority } = m.useModule(Governance)
  const { registry } = m.useModule(IoID)
  const { wrapped } = m.useModule(WrappedIotx)

  const dims = governedProxy(m, 'DimRegistry', authority, [
    m.getParameter('minimumBondWei', 1_000n * 10n ** 18n),
    m.getParameter('exitDelaySeconds', 7 * DAY),
  ])
  const validators = governedProxy(m, 'ValidatorRegistry', authority, [], [dims, registry])
  const allocation = m.contract('Allocation', [dims, validators])
  const slasher = m.contract('Slasher', [dims, validators, allocation])
  const rewards = m.contract('Rewards', [allocation, dims, validators])
  const vaults = m.contract('VaultFactory', [wrapped, allocation, dims, slasher, rewards])
  const nativeVault = m.contractAt('NativeVault', m.staticCall(vaults, 'vaultOf', [wrapped]), { id: 'NativeVault' })
  return { dims, validators, allocation, slasher, rewards, vaults, nativeVault }
})
