/**
 * The commands by which anyone has the debt of an overdue staker paid out of its stake.
 * @module
 */
import { tokenVaultInterface } from '@iotex2/chain/contracts/TokenVault'
import { Type } from 'typebox'
import { defineCommand, text } from '../command.ts'
import { address, SENDS, writeOptions } from '../identity.ts'
import type { BucketsVault } from './assets.ts'
import { basketOption } from './baskets.ts'
import {
  bucketOperand,
  describeBucket,
  describeDebt,
  iotx,
  type RestakedBucket,
  readBucket,
  readDebt,
  useBuckets,
  versionOptions,
} from './buckets.ts'
import { toAddress, withRestaker } from './contracts.ts'
import { RestakingError, rehearse } from './errors.ts'
import { emitted } from './logs.ts'
import { describeExit, readExit } from './positions.ts'

type Step = 'auction' | 'unlock' | 'unstake' | 'redeem'

const STEPS: Record<Step, { summary: string; done(bucket: RestakedBucket): string }> = {
  auction: {
    summary: 'Put a bucket of an overdue staker up for auction: its price falls for three days',
    done: ({ id }) => `bucket ${id} is up for auction (msp bucket buy)`,
  },
  unlock: {
    summary: "Let the lock of an overdue staker's bucket run out",
    done: ({ id }) => `the lock of bucket ${id} runs out; then: msp bucket unstake`,
  },
  unstake: {
    summary: 'Unstake a bucket of an overdue staker whose lock ran out',
    done: ({ id }) => `bucket ${id} is unstaked; three days later: msp bucket redeem`,
  },
  redeem: {
    summary: 'Have an unstaked bucket of an overdue staker pay its debt; the rest is its coin',
    done: ({ id }) => `bucket ${id} was paid out`,
  },
}

/** Returns the command of a step that is taken with a bucket. */
export const stepCommand = (step: Step) =>
  defineCommand({
    summary: STEPS[step].summary,
    details: [SENDS, 'Anyone may, seven days after the debt began.'],
    operands: ['bucket'],
    options: Type.Object({ bucket: bucketOperand, ...versionOptions, ...writeOptions }),
    run: (options, context) =>
      withRestaker(options, context, async (restaker) => {
        const { account, signer } = restaker
        const id = BigInt(options.bucket)
        const found = await useBuckets(restaker, options.asset)
        const bucket = await readBucket(restaker, found, id)
        await rehearse<unknown>(step, found.buckets[step].staticCall(id))
        context.progress.say(describeBucket(bucket))
        context.progress.say(`  of ${bucket.staker}: ${describeDebt(await readDebt(found, bucket.staker))}`)
        await found.buckets[step](id)
        const { debt } = await readDebt(found, bucket.staker)
        return {
          lines: [STEPS[step].done(bucket), ...(step === 'redeem' ? [`debt left: ${iotx(debt)}`] : [])],
          json: { account, bucket: id, staker: bucket.staker, debtWei: debt, transactions: signer.transactions },
        }
      }),
  })

const positionOptions = () =>
  Type.Object({
    staker: address('Whose stake.'),
    ...versionOptions,
    validator: address('In whose basket.'),
    basket: basketOption('Its number.'),
    ...writeOptions,
  })

/** Puts down to a staker what slashes took of its stake in a basket, of the pool's earlier generations too. */
export const realiseCommand = defineCommand({
  summary: 'Put down to a staker, as its debt, what slashes took of its stake in a basket',
  details: [
    SENDS,
    'Anyone may. From then on the staker has seven days to pay. What a slash took to nothing is put down too, one transaction for each time.',
  ],
  operands: ['staker'],
  options: positionOptions(),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const [staker, validator, basket] = [
        toAddress(options.staker),
        toAddress(options.validator),
        BigInt(options.basket),
      ]
      const found = await useBuckets(restaker, options.asset)
      const losses = await lossesOf(found, staker, validator, basket)
      if (losses.length === 0)
        throw new RestakingError('NOTHING_LOST', `Slashes took nothing of ${staker} there that is not put down yet.`)
      let total = 0n
      for (const { generation, loss } of losses) {
        await rehearse('realise', found.buckets.realise.staticCall(staker, validator, basket, generation))
        context.progress.say(`slashes took ${iotx(loss)} of what ${staker} has in basket ${basket} of ${validator}`)
        await found.buckets.realise(staker, validator, basket, generation)
        total += loss
      }
      const debt = await readDebt(found, staker)
      return {
        lines: [describeDebt(debt)],
        json: {
          account,
          staker,
          lossWei: total,
          debtWei: debt.debt,
          payUntil: debt.payUntil,
          transactions: signer.transactions,
        },
      }
    }),
})

/** Roundings are no losses: as the vault has it. */
const DUST_WEI = 10n ** 9n

/** Returns what slashes took of a position and is not put down, by the pool's generation. */
async function lossesOf(found: BucketsVault, staker: string, validator: string, basket: bigint) {
  const present = await found.buckets.generationOf(validator, basket)
  const losses = await Promise.all(
    Array.from({ length: Number(present) + 1 }, async (_, i) => {
      const generation = BigInt(i)
      return { generation, loss: await found.buckets.lossOf(staker, validator, basket, generation) }
    }),
  )
  return losses.filter(({ loss }) => loss >= DUST_WEI)
}

/** Puts down to its owner what slashes took of an exit. */
export const realiseExitCommand = defineCommand({
  summary: 'Put down to its owner, as a debt, what slashes took of an exit before it unlocked',
  details: [SENDS, 'Anyone may. msp claim does the same when it credits the exit; this does it before.'],
  operands: ['exit'],
  options: Type.Object({
    exit: text('EXIT', 'The number of the exit (msp show --account).', { pattern: '^[1-9][0-9]{0,18}$' }),
    ...versionOptions,
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const id = BigInt(options.exit)
      const found = await useBuckets(restaker, options.asset)
      const exit = await readExit(found, id)
      if (!exit)
        throw new RestakingError('EXIT_UNKNOWN', `There is no exit ${id} in ${found.asset.symbol}, or it was claimed.`)
      const loss = await rehearse('realiseExit', found.buckets.realiseExit.staticCall(id))
      context.progress.say(`slashes took ${iotx(loss)} of exit ${id} of ${exit.owner}`)
      await found.buckets.realiseExit(id)
      const debt = await readDebt(found, exit.owner)
      return {
        lines: [describeDebt(debt)],
        json: {
          account,
          staker: exit.owner,
          exit: id,
          lossWei: loss,
          debtWei: debt.debt,
          payUntil: debt.payUntil,
          transactions: signer.transactions,
        },
      }
    }),
})

/** Lets the stake of an overdue staker leave a basket. */
export const seizeCommand = defineCommand({
  summary: "Let an overdue staker's stake leave a basket, so that its buckets can pay",
  details: [
    SENDS,
    'Anyone may, seven days after the debt began. It leaves as any stake does; once it has unlocked, anyone credits it (msp claim EXIT --asset), which pays nothing to whoever does.',
  ],
  operands: ['staker'],
  options: positionOptions(),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, now } = restaker
      const [staker, validator, basket] = [
        toAddress(options.staker),
        toAddress(options.validator),
        BigInt(options.basket),
      ]
      const found = await useBuckets(restaker, options.asset)
      await rehearse('seize', found.buckets.seize.staticCall(staker, validator, basket))
      context.progress.say(`all that ${staker} has in basket ${basket} of ${validator} leaves it`)
      await found.buckets.seize(staker, validator, basket)
      const { exitId } = await emitted(restaker, tokenVaultInterface, 'ExitRequested')
      const exit = (await readExit(found, exitId))!
      return {
        lines: [describeExit(exit, now)],
        json: { account, staker, exit: exit.id, unlockTime: exit.unlockTime, transactions: signer.transactions },
      }
    }),
})
