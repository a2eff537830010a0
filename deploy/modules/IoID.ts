import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'

const NONE = '0x0000000000000000000000000000000000000000'

/**
 * Who a device is. Parameters:
 * - `walletRegistry`: the ERC-6551 registry. Public networks name the canonical one; without it one is deployed.
 * - `priceWei`: price of one ioID.
 *
 * Nobody mints between the steps: a project or an ioID has no minter until the last calls name it.
 */
export default buildModule('IoID', (m) => {
  const { authority } = m.useModule(Governance)

  const project = governedProxy(m, 'Project', authority, ['ioID Project', 'IPN'])
  const projectRegistry = governedProxy(m, 'ProjectRegistry', authority, [project])

  const walletSource = m.contract('WalletRegistrySource', [m.getParameter('walletRegistry', NONE)])
  const walletRegistry = m.staticCall(walletSource, 'registry')
  const account = m.contract('ERC6551AccountUpgradeable')

  const store = governedProxy(m, 'IoIDStore', authority, [project, m.getParameter('priceWei', 10n ** 18n)])
  const ioID = governedProxy(m, 'IoID', authority, [NONE, walletRegistry, account, 'ioID', 'ioID'])
  const registry = governedProxy(m, 'IoIDRegistry', authority, [store, ioID])

  m.call(project, 'setMinter', [projectRegistry])
  m.call(store, 'setIoIDRegistry', [registry])
  m.call(ioID, 'setMinter', [registry])

  const deviceNFT = m.contract('DeviceNFT', [], { id: 'DeviceNFTImplementation' })
  return { project, projectRegistry, store, ioID, registry, deviceNFT }
})
