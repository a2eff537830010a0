import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { id } from 'ethers'
import Governance from './Governance.ts'

const NONE = '0x0000000000000000000000000000000000000000'
const DAY = 24 * 3600

/**
 * Who governs (docs/adr/0061): locked IOTX votes, what was accepted waits in the timelock, and the timelock is an admin of
 * the authority beside the deployer. Parameters:
 * - `votingDelaySeconds`: from a proposal to the vote on it.
 * - `votingPeriodSeconds`: how long votes are taken.
 * - `voteExtensionSeconds`: how long votes are taken at least after the quorum is reached.
 * - `proposalThreshold`: votes that a proposer needs, in wei.
 * - `quorumPercent`: votes for or abstaining that a proposal needs, of all.
 * - `timelockDelaySeconds`: from a proposal's acceptance to its execution; longer than stake takes to leave.
 *
 * The deployer's part ends with deploy/modules/Handover.ts.
 */
export default buildModule('Governor', (m) => {
  const { authority } = m.useModule(Governance)
  const deployer = m.getAccount(0)

  const votes = m.contract('VeIOTX')
  // Anyone executes; the proposer is the governor, which has to be told the timelock first.
  const delay = m.getParameter('timelockDelaySeconds', 10 * DAY)
  const timelock = m.contract('TimelockController', [delay, [], [NONE], deployer])
  const governor = m.contract('IoTeXGovernor', [
    votes,
    timelock,
    {
      votingDelay: m.getParameter('votingDelaySeconds', 2 * DAY),
      votingPeriod: m.getParameter('votingPeriodSeconds', 7 * DAY),
      voteExtension: m.getParameter('voteExtensionSeconds', 2 * DAY),
      proposalThreshold: m.getParameter('proposalThreshold', 100_000n * 10n ** 18n),
      quorumPercent: m.getParameter('quorumPercent', 4),
    },
  ])
  const proposer = m.call(timelock, 'grantRole', [id('PROPOSER_ROLE'), governor], { id: 'propose' })
  const canceller = m.call(timelock, 'grantRole', [id('CANCELLER_ROLE'), governor], { id: 'cancel' })
  const after = [proposer, canceller]
  const adminRole = `0x${'00'.repeat(32)}`
  m.call(timelock, 'renounceRole', [adminRole, deployer], { id: 'timelockGovernsItself', after })
  m.call(authority, 'grantRole', [0n, timelock, 0], { id: 'timelockIsAdmin' })
  return { authority, votes, timelock, governor }
})
