import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

const NONE = '0x0000000000000000000000000000000000000000'

/**
 * The wrapped coin, in which tasks are paid and stake is held. Parameters:
 * - `wrappedIotx`: its address. Public networks name theirs; without it one is deployed.
 */
export default buildModule('WrappedIotx', (m) => {
  const source = m.contract('WrappedIOTXSource', [m.getParameter('wrappedIotx', NONE)])
  const wrapped = m.contractAt('WrappedIOTX', m.staticCall(source, 'token'), { id: 'WrappedIOTX' })
  return { wrapped }
})
