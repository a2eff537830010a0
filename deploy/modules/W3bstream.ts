import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import { permit } from '../roles.ts'
import Governance from './Governance.ts'
import IoID from './IoID.ts'
import Msp from './Msp.ts'

const NONE = '0x0000000000000000000000000000000000000000'

/**
 * Who may prove what, and who is paid for it. Parameters:
 * - `minStakeWei`: the stake that a prover needs.
 * - `heartbeatTimeoutSeconds`: how long a prover's heartbeat lasts.
 * - `wrappedIotx`: the wrapped coin. Public networks name theirs; without it one is deployed.
 *
 * Governance still has to name the provers' project ({@link FleetManager.setProverProject}) and the coordinators
 * ({@link W3bstreamTaskManager.addOperator}).
 */
export default buildModule('W3bstream', (m) => {
  const { authority } = m.useModule(Governance)
  const { project: projectToken, ioID, registry } = m.useModule(IoID)
  const { bond } = m.useModule(Msp)

  const project = governedProxy(m, 'W3bstreamProject', authority, [projectToken])
  const registrar = governedProxy(m, 'ProjectRegistrar', authority, [project])
  const minStake = m.getParameter('minStakeWei', 10n * 10n ** 18n)
  const fleet = governedProxy(m, 'FleetManager', authority, [minStake], [registry, ioID])
  const debits = governedProxy(m, 'W3bstreamDebits', authority, [])
  const reward = governedProxy(m, 'W3bstreamProjectReward', authority, [project])
  const tasks = governedProxy(m, 'W3bstreamTaskManager', authority, [debits, reward, fleet])
  const router = governedProxy(m, 'W3bstreamRouter', authority, [fleet, project], [tasks])

  m.call(project, 'setBinder', [registrar])
  m.call(debits, 'setOperator', [tasks])
  m.call(fleet, 'setCoordinator', [tasks])
  m.call(fleet, 'setStakingHub', [bond])
  m.call(fleet, 'setHeartbeatTimeout', [m.getParameter('heartbeatTimeoutSeconds', 60)])
  permit(m, authority, 'SLASHER', bond, 'slash(address,bytes32,uint48)', tasks)
  permit(m, authority, 'ROUTER', tasks, 'settleProven(uint256,bytes32,address)', router)

  const wrappedSource = m.contract('WrappedIOTXSource', [m.getParameter('wrappedIotx', NONE)])
  const wrapped = m.contractAt('WrappedIOTX', m.staticCall(wrappedSource, 'token'), { id: 'WrappedIOTX' })
  return { project, registrar, fleet, debits, reward, tasks, router, wrapped }
})
