import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import Governor from './Governor.ts'

/**
 * The deployer's last act: it gives up the authority, which the timelock alone commands then. Deploy it once all is wired; no
 * one can undo it but by a vote.
 */
export default buildModule('Handover', (m) => {
  const { authority, votes, timelock, governor } = m.useModule(Governor)
  m.call(authority, 'renounceRole', [0n, m.getAccount(0)], { id: 'handover' })
  return { authority, votes, timelock, governor }
})
