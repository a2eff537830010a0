/**
 * Lets a prover miss a deadline, and tells what that costs whoever stands behind it: it is killed while the fleet counts on
 * it, its task is recalled, and its stake is slashed.
 * @module
 */
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectDimStake } from '@iotex2/chain/contracts/DimStake'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { type SlasherEvents, slasherInterface } from '@iotex2/chain/contracts/Slasher'
import { readEvents } from '@iotex2/chain/events'
import { AbiCoder } from 'ethers'
import { developmentAddress } from './accounts.ts'
import type { Devnet } from './devnet.ts'
import { until } from './observe.ts'

/** What a missed deadline cost. Amounts are in wei. */
export interface MissedDeadline {
  /** The slash's transaction and the index of its event, which tell it from every other. */
  slashId: string
  slashedProver: string
  missedTask: string
  /** Of the prover's own stake. */
  proverLostWei: bigint
  /** Of the staker's behind it. */
  stakerLostWei: bigint
  /** All that the fleet's beneficiary can collect. */
  collectableWei: bigint
}

/** More than a task's time and the fleet's patience with a silent prover. */
const PATIENCE_MS = 240_000

/**
 * Kills the first prover, waits for the slash, and starts it again. Throws {@link DeadlineError} where nobody slashes it.
 * The others serve on meanwhile, and prove what it did not.
 */
export async function missDeadline(devnet: Devnet): Promise<MissedDeadline> {
  const { deployment, provider } = devnet
  const prover = devnet.provers[0]!.device
  const vault = connectNativeVault(deployment.address('nativeVault'), provider)
  const stake = connectDimStake(deployment.address('proverStake'), provider)
  const dims = connectDimRegistry(deployment.address('dimRegistry'), provider)
  const [basket, { beneficiary }] = await Promise.all([stake.basketOf(prover), dims.termsOf(await stake.dim())])
  const stakes = () =>
    Promise.all([prover, developmentAddress('staker')].map((staker) => vault.stakeOf(staker, prover, basket)))

  const fromBlock = (await provider.getBlockNumber()) + 1
  const [ownBefore, stakedBefore] = await stakes()
  const victim = devnet.process('prover-1')
  victim.kill('SIGKILL')
  await victim.exited
  const slash = await until('The slash of a prover that was killed', PATIENCE_MS, () =>
    findSlash(devnet, prover, fromBlock),
  )
  const [own, staked] = await stakes()
  await devnet.restart('prover-1')
  return {
    slashId: `${slash.transactionHash}:${slash.logIndex}`,
    slashedProver: prover,
    missedTask: AbiCoder.defaultAbiCoder().decode(['bytes32'], slash.args.evidence)[0],
    proverLostWei: ownBefore! - own!,
    stakerLostWei: stakedBefore! - staked!,
    collectableWei: await vault.collectable(beneficiary),
  }
}

/** Returns the first slash from `fromBlock` on that took something from behind `prover`. */
async function findSlash({ deployment, provider }: Devnet, prover: string, fromBlock: number) {
  const head = await provider.getBlockNumber()
  if (head < fromBlock) return undefined
  const events = await readEvents<{ slasher: SlasherEvents }>(
    { provider, contracts: { slasher: { address: deployment.address('slasher'), interface: slasherInterface } } },
    fromBlock,
    head,
  )
  for (const event of events)
    if (event.name === 'SlashExecuted' && event.args.validator.toLowerCase() === prover && event.args.taken > 0n)
      return event
  return undefined
}
