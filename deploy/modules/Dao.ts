import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import IoID from './IoID.ts'

/**
 * Who gets what is not burnt of a payment for ioIDs. Parameters:
 * - `dao`: its address; required. What the store held until then is for governance to withdraw.
 */
export default buildModule('Dao', (m) => {
  const { store } = m.useModule(IoID)
  m.call(store, 'changeFeeReceiver', [m.getParameter('dao')])
  return { store }
})
