import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import { permit } from '../roles.ts'
import Governance from './Governance.ts'
import IoID from './IoID.ts'
import Msp from './Msp.ts'
import WrappedIotx from './WrappedIotx.ts'

/**
 * Who may prove what, and who is paid for it. Parameters:
 * - `minStakeWei`: the stake that a prover needs.
 * - `heartbeatTimeoutSeconds`: how long a prover's heartbeat lasts.
 * - `penaltyWei`: what a prover loses for a task that it missed.
 *
 * The fleet is a module (DIM) of restaked stake: a builder still has to propose it, with DimStake as its enforcer, and
 * governance to admit it and to name it to DimStake. Governance also names the provers' project
 * ({@link FleetManager.setProverProject}) and the coordinators ({@link W3bstreamTaskManager.addOperator}).
 */
export default buildModule('W3bstream', (m) => {
  const { authority } = m.useModule(Governance)
  const { project: projectToken, ioID, registry } = m.useModule(IoID)
  const { allocation, slasher, nativeVault } = m.useModule(Msp)
  const { wrapped } = m.useModule(WrappedIotx)

  const project = governedProxy(m, 'W3bstreamProject', authority, [projectToken])
  const registrar = governedProxy(m, 'ProjectRegistrar', authority, [project])
  const minStake = m.getParameter('minStakeWei', 10n * 10n ** 18n)
  const stake = governedProxy(
    m,
    'DimStake',
    authority,
    [m.getParameter('penaltyWei', 10n ** 18n)],
    [allocation, slasher, nativeVault],
  )
  const fleet = governedProxy(m, 'FleetManager', authority, [minStake], [registry, ioID])
  const debits = governedProxy(m, 'W3bstreamDebits', authority, [])
  const reward = governedProxy(m, 'W3bstreamProjectReward', authority, [project])
  const tasks = governedProxy(m, 'W3bstreamTaskManager', authority, [debits, reward, fleet])
  const router = governedProxy(m, 'W3bstreamRouter', authority, [fleet, project], [tasks])

  m.call(project, 'setBinder', [registrar])
  m.call(debits, 'setOperator', [tasks])
  m.call(fleet, 'setCoordinator', [tasks])
  m.call(fleet, 'setStakingHub', [stake])
  m.call(fleet, 'setHeartbeatTimeout', [m.getParameter('heartbeatTimeoutSeconds', 60)])
  permit(m, authority, 'SLASHER', stake, 'slash(address,bytes32,uint48)', tasks)
  permit(m, authority, 'ROUTER', tasks, 'settleProven(uint256,bytes32,address)', router)

  return { stake, project, registrar, fleet, debits, reward, tasks, router, wrapped }
})
