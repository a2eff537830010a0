/**
 * The commands by which a validator and a module agree, or no longer: from the next epoch on.
 * @module
 */
import { Type } from 'typebox'
import { type Command, defineCommand } from '../command.ts'
import { formatTime } from '../governance.ts'
import { address, SENDS, writeOptions } from '../identity.ts'
import { type Restaker, toAddress, withRestaker } from './contracts.ts'
import { type DimState, describeTerms, dimOperand, readDim } from './dims.ts'
import { RestakingError, rehearse } from './errors.ts'
import { nextEpoch } from './quantities.ts'
import { expectValidator, hasSaid } from './validators.ts'

/** Returns the command by which a validator opts in to a module, or leaves it. */
export const optCommand = (enters: boolean) =>
  defineCommand({
    summary: enters
      ? 'Serve a module, as a validator, from the next day on'
      : 'Serve a module no longer, from the next day on',
    details: [
      SENDS,
      enters
        ? 'Stake counts for a module while its validator has opted in and the module has accepted the validator (msp dim accept).'
        : 'Offences until the end of the day can be slashed afterwards, as long as evidence counts.',
    ],
    operands: ['dim'],
    options: Type.Object({ dim: dimOperand, ...writeOptions }),
    run: (options, context) =>
      withRestaker(options, context, async (restaker) => {
        const { account, validators, signer, now } = restaker
        await expectValidator(restaker, account)
        const dim = await readDim(restaker, BigInt(options.dim))
        if (enters && dim.status !== 'admitted')
          throw new RestakingError('DIM_STATE', `DIM ${dim.id} is ${dim.status}, and not admitted.`)
        const known = await hasSaid(restaker, 'ValidatorOpted', account, dim.id, enters)
        if (!known) {
          await rehearse('opt', validators.opt.staticCall(dim.id, enters))
          for (const line of describeOpting(restaker, dim, enters)) context.progress.say(line)
          await validators.opt(dim.id, enters)
        }
        const serves = await validators.servesAt(account, dim.id, nextEpoch(now))
        const state = enters
          ? serves
            ? `serves DIM ${dim.id}`
            : `has opted in to DIM ${dim.id}, which has to accept it (msp dim accept)`
          : `does not serve DIM ${dim.id}`
        return {
          lines: [
            `from ${formatTime(nextEpoch(now))} UTC on at the latest ${account} ${state}`,
            ...(enters === serves ? [countingOf(enters, account)] : []),
          ],
          json: {
            account,
            dim: dim.id,
            optedIn: enters,
            servesNext: serves,
            countsFrom: nextEpoch(now),
            transactions: signer.transactions,
          },
        }
      }),
  })

/** Returns what is left to do for rewards, which go by what was counted. */
const countingOf = (serves: boolean, validator: string): string =>
  serves
    ? `stake that was there before earns rewards once it is counted: msp validator sync ${validator}`
    : `its stake is counted for rewards until someone says otherwise, best today: msp validator sync ${validator}`

function describeOpting({ account, now }: Restaker, { id, terms }: DimState, enters: boolean): string[] {
  const time = formatTime(nextEpoch(now))
  return enters
    ? [
        `stake in the baskets of ${account} that have a line of DIM ${id} backs it from ${time} UTC on, once it accepts`,
        `  ${describeTerms(terms)}`,
      ]
    : [
        `no stake behind ${account} backs DIM ${id} from ${time} UTC on`,
        `  offences until then can be slashed; ${describeTerms(terms)}`,
      ]
}

/** Returns the command by which the manager of a module accepts a validator, or expels it. */
export const acceptCommand = (accepts: boolean): Command<ReturnType<typeof acceptOptions>['properties']> =>
  defineCommand({
    summary: accepts
      ? 'Accept a validator for a module of yours, from the next day on'
      : 'Expel a validator from a module of yours, from the next day on',
    details: [SENDS],
    operands: ['dim', 'validator'],
    options: acceptOptions(),
    run: (options, context) =>
      withRestaker(options, context, async (restaker) => {
        const { account, validators, signer, now } = restaker
        const validator = toAddress(options.validator)
        const dim = await readDim(restaker, BigInt(options.dim))
        expectManager(dim, account)
        await expectValidator(restaker, validator)
        const known = await hasSaid(restaker, 'ValidatorAccepted', validator, dim.id, accepts)
        if (!known) {
          await rehearse('accept', validators.accept.staticCall(dim.id, validator, accepts))
          const time = formatTime(nextEpoch(now))
          context.progress.say(
            accepts
              ? `DIM ${dim.id} accepts ${validator}: stake in its baskets counts from ${time} UTC on, where it has opted in`
              : `DIM ${dim.id} expels ${validator}: stake behind it counts until ${time} UTC, and offences until then can be slashed`,
          )
          await validators.accept(dim.id, validator, accepts)
        }
        const serves = await validators.servesAt(validator, dim.id, nextEpoch(now))
        return {
          lines: [
            `DIM ${dim.id} ${accepts ? 'accepts' : 'does not accept'} ${validator}${accepts && !serves ? ', which has to opt in (msp validator opt)' : ''}`,
            ...(accepts === serves ? [countingOf(accepts, validator)] : []),
          ],
          json: {
            account,
            dim: dim.id,
            validator,
            accepted: accepts,
            servesNext: serves,
            countsFrom: nextEpoch(now),
            transactions: signer.transactions,
          },
        }
      }),
  })

const acceptOptions = () => Type.Object({ dim: dimOperand, validator: address('Which validator.'), ...writeOptions })

/** Throws {@link RestakingError} NOT_MANAGER. */
export function expectManager({ id, manager }: DimState, account: string): void {
  if (manager !== account)
    throw new RestakingError('NOT_MANAGER', `DIM ${id} is managed by ${manager}, and the keystore is of ${account}.`)
}
