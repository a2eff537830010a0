import { allocationInterface } from '@iotex2/chain/contracts/Allocation'
import { Type } from 'typebox'
import { defineCommand, flag, list } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import {
  basketJson,
  basketOption,
  describeLines,
  exposureOfLines,
  parseShares,
  readBasket,
  readLines,
  type Share,
} from '../../restaking/baskets.ts'
import { type Restaker, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../restaking/errors.ts'
import { emitted } from '../../restaking/logs.ts'
import { WHOLE } from '../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Open a basket of yours, a validator: which part of its stake backs which module; or close one',
  details: [
    SENDS,
    'A line is DIM=PERCENT, as in 1=60 2=40. A basket never changes. The shares sum to 100 % at most; with --rehypothecate they may sum to more, as long as one offence against each module costs no more than all there is.',
    'A closed basket takes no new stake. What is in it stays, and can be slashed.',
  ],
  operands: ['lines'],
  options: Type.Object({
    lines: list('DIM=PERCENT', 'How much of the stake backs which module.'),
    rehypothecate: flag('Let the shares sum to more than 100 %.'),
    close: Type.Optional(basketOption('Close the basket of this number instead.')),
    ...writeOptions,
  }),
  run(options, context) {
    const shares = parseShares(options.lines)
    if (shares.length > 0 === (options.close !== undefined))
      throw new UsageError('OPTION_INVALID', 'Give lines (DIM=PERCENT) of a basket to open, or --close N.')
    if (options.rehypothecate && options.close !== undefined)
      throw new UsageError('OPTION_INVALID', '--rehypothecate goes with lines, and not with --close.')
    return withRestaker(options, context, async (restaker) => {
      const { account, validators } = restaker
      if (!(await validators.isRegistered(account)))
        throw new RestakingError('VALIDATOR_UNKNOWN', `${account} is no validator (msp validator register).`)
      const say = (line: string) => context.progress.say(line)
      return options.close === undefined
        ? open(restaker, shares, options.rehypothecate, say)
        : close(restaker, BigInt(options.close), say)
    })
  },
})

async function open(restaker: Restaker, shares: Share[], rehypothecate: boolean, say: (line: string) => void) {
  const { account, allocation, signer } = restaker
  const lines = await readLines(restaker, account, shares)
  const known = await findOpen(restaker, shares)
  if (known === undefined) {
    await rehearse('allocate', allocation.openBasket.staticCall(shares, rehypothecate))
    say(`whoever delegates to this basket of ${account} backs with it`)
    for (const line of describeLines(lines)) say(line)
    if (rehypothecate && exposureOfLines(lines).sum <= WHOLE)
      say('  the shares sum to 100 % at most: --rehypothecate changes nothing')
    await allocation.openBasket(shares, rehypothecate)
  }
  const number = known ?? ((await emitted(restaker, allocationInterface, 'BasketOpened')).basket as bigint)
  const basket = await readBasket(restaker, account, number)
  return {
    lines: [
      `basket ${number} of ${account}${known === undefined ? '' : ' was opened before'}`,
      ...describeLines(lines),
    ],
    json: { account, ...basketJson(basket), transactions: signer.transactions },
  }
}

/** Returns the open basket that has these lines, if there is one: two would be one too many. */
async function findOpen({ account, allocation }: Restaker, shares: readonly Share[]): Promise<bigint | undefined> {
  const wanted = shares.map(({ dim, share }) => `${dim}=${share}`).join()
  for (let number = await allocation.basketsOf(account); number > 0n; number--) {
    const [isOpen, lines] = await Promise.all([allocation.isOpen(account, number), allocation.linesOf(account, number)])
    if (isOpen && lines.map(({ dim, share }) => `${dim}=${share}`).join() === wanted) return number
  }
  return undefined
}

async function close(restaker: Restaker, number: bigint, say: (line: string) => void) {
  const { account, allocation, signer } = restaker
  const { isOpen } = await readBasket(restaker, account, number)
  if (isOpen) {
    await rehearse('close', allocation.closeBasket.staticCall(number))
    say(`basket ${number} of ${account} takes no new stake; what is in it stays, and can be slashed`)
    await allocation.closeBasket(number)
  }
  return {
    lines: [`basket ${number} of ${account} is closed`],
    json: { account, ...basketJson(await readBasket(restaker, account, number)), transactions: signer.transactions },
  }
}
