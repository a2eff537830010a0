import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'

/** Key types of {@link IDevicePermits}. */
const KEY_TYPES = { p256: 1, ed25519: 2 } as const

const NONE = '0x0000000000000000000000000000000000000000'

/**
 * Who a device is. Parameters:
 * - `walletRegistry`: the ERC-6551 registry. Public networks name the canonical one; without it one is deployed.
 * - `priceWei`: price of one ioID, until governance sets a curve.
 * - `credentialBurnWei`: the least that a credential burns.
 * - `attestor`: who attests signatures of Ed25519 devices. The deployer, until governance names others.
 *
 * What is not burnt of a payment is held until the DAO is named (deploy/modules/Dao.ts).
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

  // Devices with P-256 keys (secure elements), and with Ed25519 keys, which the EVM does not verify.
  const p256 = m.contract('ERC7913P256Verifier')
  const attestors = [m.getParameter('attestor', m.getAccount(0))]
  const ed25519 = governedProxy(m, 'Ed25519Attestor', authority, [attestors, 1])
  m.call(registry, 'setKeyVerifier', [KEY_TYPES.p256, p256], { id: 'verifyP256' })
  m.call(registry, 'setKeyVerifier', [KEY_TYPES.ed25519, ed25519], { id: 'verifyEd25519' })

  const credentials = governedProxy(m, 'CredentialRegistry', authority, [
    registry,
    m.getParameter('credentialBurnWei', 10n ** 18n),
  ])

  const deviceNFT = m.contract('DeviceNFT', [], { id: 'DeviceNFTImplementation' })
  const proxyImplementation = m.contract('VerifyingProxy', [store, projectRegistry, deviceNFT], {
    id: 'VerifyingProxyImplementation',
  })
  const factory = m.contract('UniversalFactory', [proxyImplementation])
  return {
    project,
    projectRegistry,
    store,
    ioID,
    registry,
    ed25519,
    deviceNFT,
    credentials,
    factory,
    proxyImplementation,
  }
})
