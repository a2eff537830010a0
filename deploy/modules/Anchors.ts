import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'

/**
 * Where modules anchor the roots of their state. Parameters:
 * - `modules`: the contract that knows who owns a module (`IDimManagers`); required.
 */
export default buildModule('Anchors', (m) => {
  const { authority } = m.useModule(Governance)
  const anchors = governedProxy(m, 'Anchors', authority, [], [m.getParameter('modules')])
  return { anchors }
})
