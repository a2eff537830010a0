import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import IoID from './IoID.ts'
import W3bstream from './W3bstream.ts'

/**
 * The sample dApp of one project, and the verifier of its batches. Parameters:
 * - `projectId`: the project whose devices are rewarded; required.
 * - `rewardPerReading`: in the token's smallest unit.
 * - `readingsPerMinute`: the profile's maximum rate.
 * - `burst`: how many readings a device that was silent may have rewarded at once.
 * - `tokenName`, `tokenSymbol`: of the token that devices earn.
 *
 * The project's owner still has to bind both to the router.
 */
export default buildModule('Rewards', (m) => {
  const { ioID, registry } = m.useModule(IoID)
  const { router } = m.useModule(W3bstream)

  const verifier = m.contract('ReadingBatch16Verifier')
  const rewards = m.contract('DeviceRewards', [
    router,
    registry,
    ioID,
    m.getParameter('tokenName', 'Device Reward'),
    m.getParameter('tokenSymbol', 'REWARD'),
    {
      projectId: m.getParameter('projectId'),
      rewardPerReading: m.getParameter('rewardPerReading', 10n ** 18n),
      readingsPerMinute: m.getParameter('readingsPerMinute', 60),
      burst: m.getParameter('burst', 240),
    },
  ])
  const token = m.contractAt('RewardToken', m.staticCall(rewards, 'token'), { id: 'RewardToken' })
  return { verifier, rewards, token }
})
