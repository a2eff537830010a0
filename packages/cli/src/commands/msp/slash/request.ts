import { hexlify, keccak256 } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, file, text } from '../../../command.ts'
import { UsageError } from '../../../errors.ts'
import { readBytes } from '../../../files.ts'
import { formatTime } from '../../../governance.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { lastBlockUntil } from '../../../proposals.ts'
import {
  amountJson,
  amountOrAll,
  findVault,
  formatAmount,
  parseAmount,
  stakeOption,
} from '../../../restaking/assets.ts'
import { basketOption } from '../../../restaking/baskets.ts'
import { type Restaker, toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { describeTerms, dimOperand, readDim } from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { formatDuration, parseTime } from '../../../restaking/quantities.ts'
import {
  describeOffence,
  describeSlash,
  equalOffences,
  type Slash,
  slashable,
  slashHistory,
  slashJson,
} from '../../../restaking/slashes.ts'

export default defineCommand({
  summary: 'Ask for a slash, as the enforcer of a module; without a veto window it is executed at once',
  details: [
    SENDS,
    'The evidence is stored on chain as it is, with its hash: it is for everyone to read. Less than what is asked for is taken where less can be.',
  ],
  operands: ['dim'],
  options: Type.Object({
    dim: dimOperand,
    validator: address('Who committed the offence.'),
    basket: basketOption('The basket whose stake is slashed.'),
    asset: stakeOption('The vault whose stake is slashed: IOTX, the address of a token, or'),
    captured: text('TIME', 'When the offence happened: 2027-01-07T12:00:00Z, or seconds since 1970.'),
    amount: amountOrAll("How much, in the asset's units, or all that can be taken now."),
    evidence: file('Why; at most 24 kB.'),
    ...writeOptions,
  }),
  async run(options, context) {
    const evidence = await readBytes(context.resolve(options.evidence))
    if (evidence.length > LONGEST)
      throw new UsageError(
        'OPTION_INVALID',
        `${options.evidence} is ${evidence.length} bytes, and ${LONGEST} go on chain: store it elsewhere, and give its address and hash.`,
      )
    return withRestaker(options, context, async (restaker) => {
      const { account, slasher, signer, now } = restaker
      const dim = await readDim(restaker, BigInt(options.dim))
      if (dim.terms.enforcer !== account)
        throw new RestakingError(
          'NOT_ENFORCER',
          `The enforcer of DIM ${dim.id} is ${dim.terms.enforcer}, and the keystore is of ${account}.`,
        )
      const found = await findVault(restaker, options.asset)
      const captureTime = parseTime(options.captured)
      if (captureTime >= now || captureTime + dim.terms.evidenceAge < now)
        throw new RestakingError(
          'CAPTURE_TIME_REFUSED',
          `Evidence of DIM ${dim.id} counts for ${formatDuration(dim.terms.evidenceAge)}: from ${formatTime(now - dim.terms.evidenceAge)} to ${formatTime(now)} UTC, and not ${formatTime(captureTime)}.`,
        )
      const place = {
        dim: dim.id,
        vault: found.address,
        validator: toAddress(options.validator),
        basket: BigInt(options.basket),
        captureTime,
      }
      const most = await slashable(restaker, place)
      const isAll = options.amount === 'all'
      const known = await findKnown(
        restaker,
        place,
        isAll ? undefined : parseAmount(options.amount, found.asset),
        keccak256(evidence),
      )
      if (!known) {
        if (most === 0n) throw new RestakingError('NOTHING_SLASHABLE', 'Nothing can be slashed for that offence.')
        const offence = { ...place, amount: isAll ? most : parseAmount(options.amount, found.asset) }
        const isImmediate = dim.terms.vetoWindow === 0n
        const send = isImmediate ? slasher.slash : slasher.requestSlash
        await rehearse('slash', send.staticCall(offence, evidence))
        context.progress.say(describeOffence(offence, found.asset))
        context.progress.say(`  ${formatAmount(most, found.asset)} can be taken at most; ${describeTerms(dim.terms)}`)
        context.progress.say(
          isImmediate
            ? '  it is executed at once, for good'
            : `  it can be vetoed until ${formatTime(now + dim.terms.vetoWindow)} UTC, and executed until ${formatTime(now + dim.terms.vetoWindow + dim.terms.executionWindow)} UTC`,
        )
        context.progress.say(`  evidence ${keccak256(evidence)}, ${evidence.length} bytes, for everyone to read`)
        await send(offence, hexlify(evidence))
      }
      const slash = known ?? (await lastSlash(restaker, place))
      return {
        lines: [...(known ? ['it was asked for before'] : []), ...describeSlash(slash)],
        json: {
          account,
          ...slashJson(slash),
          slashable: amountJson(most, found.asset),
          transactions: signer.transactions,
        },
      }
    })
  },
})

/** A transaction's data costs 40 gas a byte where it is long, and the log 8 more. */
const LONGEST = 24_576

type Place = { dim: bigint; vault: string; validator: string; basket: bigint; captureTime: bigint }

/** Returns the same slash, with the same evidence, that was asked for before. It came after the offence. */
async function findKnown(
  restaker: Restaker,
  place: Place,
  amount: bigint | undefined,
  evidenceHash: string,
): Promise<Slash | undefined> {
  const { provider, fromBlock } = restaker
  const since = await lastBlockUntil(provider, place.captureTime, fromBlock)
  const history = await slashHistory(restaker, place, since)
  return history.findLast(
    (slash) =>
      slash.evidenceHash === evidenceHash &&
      (slash.status === 'executed' || (slash.status === 'requested' && slash.executeUntil! >= restaker.now)) &&
      equalOffences(slash.offence, { ...place, amount: amount ?? slash.offence.amount }),
  )
}

async function lastSlash(restaker: Restaker, place: Place): Promise<Slash> {
  const receipt = await restaker.provider.getTransactionReceipt(restaker.signer.transactions.at(-1)!)
  return (await slashHistory(restaker, place, receipt!.blockNumber)).at(-1)!
}
