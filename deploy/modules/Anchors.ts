import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { governedProxy } from '../governed-proxy.ts'
import Governance from './Governance.ts'
import Msp from './Msp.ts'

/** Where modules (DIMs) anchor the roots of their state, by whoever manages them. */
export default buildModule('Anchors', (m) => {
  const { authority } = m.useModule(Governance)
  const { dims } = m.useModule(Msp)
  const anchors = governedProxy(m, 'Anchors', authority, [], [dims])
  return { anchors }
})
