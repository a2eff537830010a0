import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import Governor from './Governor.ts'
import Msp from './Msp.ts'

/**
 * The deployer's last act: it gives up the authority, which the timelock alone commands then. Deploy it once all is wired; no
 * one can undo it but by a vote. It is refused where stake takes longer to leave than what was accepted waits in the
 * timelock: upgrades of the registries could then reach who does not agree (docs/adr/0051).
 */
export default buildModule('Handover', (m) => {
  const { authority, votes, timelock, governor } = m.useModule(Governor)
  const { dims } = m.useModule(Msp)
  const check = m.contract('ExitBeforeExecution', [timelock, dims])
  m.call(authority, 'renounceRole', [0n, m.getAccount(0)], { id: 'handover', after: [check] })
  return { authority, votes, timelock, governor }
})
