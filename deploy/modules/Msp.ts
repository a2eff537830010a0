import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'

/**
 * What backs a prover. Parameters:
 * - `penaltyWei`: what a prover loses for a task that it missed.
 * - `withdrawalDelaySeconds`: how long a bond takes to leave; at least two days.
 *
 * Slashed funds are the deployer's to claim, until governance names another.
 */
export default buildModule('Msp', (m) => {
  const { authority } = m.useModule(Governance)
  const bond = governedProxy(m, 'ProverBond', authority, [
    m.getParameter('penaltyWei', 10n ** 18n),
    m.getParameter('withdrawalDelaySeconds', 7 * 24 * 3600),
    m.getAccount(0),
  ])
  return { bond }
})
