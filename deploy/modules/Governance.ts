import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

/** The authority that every module obeys. The deployer is its first admin, and hands over once all is wired. */
export default buildModule('Governance', (m) => {
  const authority = m.contract('AccessManager', [m.getAccount(0)])
  return { authority }
})
