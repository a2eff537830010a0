/**
 * Why a contract of restaked stake would not do what a command asks: found before anything is sent.
 * @module
 */
import { decodeRevert, revertData } from '@iotex2/chain/reverts'
import { TransactionRevertedError } from '@iotex2/chain/sender'
import { CodedError } from '@iotex2/protocol/errors'
import { formatEther } from 'ethers'
import { formatTime } from '../governance.ts'
import { formatEpoch, formatPercent } from './quantities.ts'

/**
 * Thrown when the chain is not as a command needs it, before anything is sent. Codes:
 * - assets: ASSET_UNKNOWN, ASSET_SHRANK, VAULT_MISSING, AMOUNT_REFUSED, FUNDS_TOO_LOW, PAYMENT_REFUSED;
 * - stake: NOTHING_STAKED, STAKE_TOO_LOW, BASKET_UNKNOWN, BASKET_CLOSED, BASKET_REFUSED, POOL_RUINED, POOL_FULL;
 * - exits: EXIT_UNKNOWN, EXIT_LOCKED;
 * - validators: VALIDATOR_UNKNOWN, VALIDATOR_REGISTERED, IOID_NOT_YOURS;
 * - modules: DIM_UNKNOWN, DIM_STATE, DIM_OBLIGED, TERMS_MALFORMED, TERMS_REFUSED, BOND_TOO_LOW, NOT_MANAGER;
 * - slashes: NOT_ENFORCER, NOT_RESOLVER, CAPTURE_TIME_REFUSED, NOTHING_SLASHABLE, REQUEST_UNKNOWN, REQUEST_STATE,
 *   WINDOW_CLOSED, WINDOW_NOT_OPEN, NOTHING_COLLECTABLE;
 * - buckets: BUCKET_UNKNOWN, BUCKET_UNLOCKED, BUCKET_NOT_YOURS, NOTHING_ADDED, NOTHING_LOST, IN_DEBT, NOT_OVERDUE, AUCTION_STATE,
 *   BUCKET_COUNTED, ESCROW_MISSING;
 * - rewards: EPOCHS_REFUSED, NOT_REFUNDABLE.
 */
export class RestakingError extends CodedError {
  constructor(code: RestakingCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

export type RestakingCode =
  | 'ASSET_UNKNOWN'
  | 'ASSET_SHRANK'
  | 'VAULT_MISSING'
  | 'AMOUNT_REFUSED'
  | 'FUNDS_TOO_LOW'
  | 'PAYMENT_REFUSED'
  | 'NOTHING_STAKED'
  | 'STAKE_TOO_LOW'
  | 'BASKET_UNKNOWN'
  | 'BASKET_CLOSED'
  | 'BASKET_REFUSED'
  | 'POOL_RUINED'
  | 'POOL_FULL'
  | 'EXIT_UNKNOWN'
  | 'EXIT_LOCKED'
  | 'VALIDATOR_UNKNOWN'
  | 'VALIDATOR_REGISTERED'
  | 'IOID_NOT_YOURS'
  | 'DIM_UNKNOWN'
  | 'DIM_STATE'
  | 'DIM_OBLIGED'
  | 'TERMS_MALFORMED'
  | 'TERMS_REFUSED'
  | 'BOND_TOO_LOW'
  | 'NOT_MANAGER'
  | 'NOT_ENFORCER'
  | 'NOT_RESOLVER'
  | 'CAPTURE_TIME_REFUSED'
  | 'NOTHING_SLASHABLE'
  | 'REQUEST_UNKNOWN'
  | 'REQUEST_STATE'
  | 'WINDOW_CLOSED'
  | 'WINDOW_NOT_OPEN'
  | 'NOTHING_COLLECTABLE'
  | 'BUCKET_UNKNOWN'
  | 'BUCKET_UNLOCKED'
  | 'BUCKET_NOT_YOURS'
  | 'NOTHING_ADDED'
  | 'NOTHING_LOST'
  | 'IN_DEBT'
  | 'NOT_OVERDUE'
  | 'AUCTION_STATE'
  | 'BUCKET_COUNTED'
  | 'ESCROW_MISSING'
  | 'EPOCHS_REFUSED'
  | 'NOT_REFUNDABLE'

/** IDimRegistry.Status, in its order. */
export const DIM_STATUSES = ['none', 'proposed', 'admitted', 'leaving', 'released'] as const
/** ISlasher.Status, in its order. */
export const REQUEST_STATUSES = ['none', 'requested', 'vetoed', 'executed'] as const

// biome-ignore lint/suspicious/noExplicitAny: a revert's arguments, each read as its error declares it.
type Arguments = any[]

/** What each error of the contracts means here. Amounts are left to the commands, which know their assets. */
const REFUSALS: Record<string, (args: Arguments) => [RestakingCode, string]> = {
  VaultZeroAmount: () => ['AMOUNT_REFUSED', 'So little buys no share: name a larger amount.'],
  VaultBalanceTooLow: ([staker]) => ['STAKE_TOO_LOW', `${staker} has less than that in the vault.`],
  VaultBasketNotOpen: ([validator, basket]) => [
    'BASKET_CLOSED',
    `Basket ${basket} of ${validator} takes no new stake.`,
  ],
  VaultPoolRuined: ([validator, basket]) => [
    'POOL_RUINED',
    `So much of basket ${basket} of ${validator} was slashed that it takes no stake until it is empty.`,
  ],
  VaultPoolFull: ([maximum]) => ['POOL_FULL', `A pool holds ${maximum} units at most.`],
  VaultUnknownExit: ([id]) => ['EXIT_UNKNOWN', `There is no exit ${id} in this vault, or it was claimed.`],
  VaultExitLocked: ([id, time]) => ['EXIT_LOCKED', `Exit ${id} is locked until ${formatTime(time)} UTC.`],
  VaultAssetShrank: ([balance, owed]) => [
    'ASSET_SHRANK',
    `The asset took from the vault, which holds ${balance} of the ${owed} units that it owes: it takes no deposits.`,
  ],
  NativeVaultTransferFailed: ([recipient]) => ['PAYMENT_REFUSED', `${recipient} does not take IOTX: name another.`],
  VaultFactoryNoCode: ([asset]) => ['ASSET_UNKNOWN', `There is no contract at ${asset}.`],

  BucketVaultNotLocked: ([id]) => ['BUCKET_UNLOCKED', `Bucket ${id} is not locked: lock it first.`],
  BucketVaultNotItsStaker: ([id, caller]) => [
    'BUCKET_NOT_YOURS',
    `Bucket ${id} is not in the vault, or not ${caller}'s.`,
  ],
  BucketVaultNothingAdded: ([id]) => ['NOTHING_ADDED', `Bucket ${id} has no more in it than it counts for.`],
  BucketVaultNothingLost: () => ['NOTHING_LOST', 'No slash took anything there that is not a debt already.'],
  BucketVaultInDebt: ([debt]) => [
    'IN_DEBT',
    `A debt of ${formatEther(debt)} IOTX has to be paid before anything is delegated (msp bucket pay).`,
  ],
  BucketEscrowInDebt: ([debt]) => [
    'IN_DEBT',
    `A debt of ${formatEther(debt)} IOTX has to be paid before a bucket is locked for longer (msp bucket pay).`,
  ],
  BucketVaultNotOverdue: ([staker, until]) => [
    'NOT_OVERDUE',
    BigInt(until) === 0n ? `${staker} has no debt.` : `${staker} can pay until ${formatTime(until)} UTC.`,
  ],
  BucketEscrowCounted: ([id]) => [
    'BUCKET_COUNTED',
    `Bucket ${id} counts in the vault: it leaves with msp bucket withdraw.`,
  ],
  BucketEscrowTransferFailed: ([staker]) => ['PAYMENT_REFUSED', `${staker} does not take IOTX.`],
  BucketVaultOnAuction: ([id]) => ['AUCTION_STATE', `Bucket ${id} is up for auction already (msp bucket buy).`],
  BucketVaultNotOnAuction: ([id]) => ['AUCTION_STATE', `Bucket ${id} is not up for auction (msp bucket auction).`],
  BucketVaultPriceTooHigh: ([price]) => ['FUNDS_TOO_LOW', `The bucket costs ${formatEther(price)} IOTX.`],
  BucketVaultTooLittleCoin: ([coin]) => [
    'STAKE_TOO_LOW',
    `No more than ${formatEther(coin)} IOTX are coin: the rest leaves with its bucket (msp bucket withdraw).`,
  ],
  BucketVaultTransferFailed: ([recipient]) => ['PAYMENT_REFUSED', `${recipient} does not take IOTX: name another.`],

  AllocationNotValidator: ([caller]) => ['VALIDATOR_UNKNOWN', `${caller} is no validator (msp validator register).`],
  AllocationBadLength: ([length]) => ['BASKET_REFUSED', `A basket has 1 to 8 lines, and not ${length}.`],
  AllocationNotAdmitted: ([dim]) => ['DIM_STATE', `DIM ${dim} is not admitted.`],
  AllocationNotUnique: ([sum]) => [
    'BASKET_REFUSED',
    `The shares sum to ${formatPercent(sum)}: more than 100 % takes --rehypothecate.`,
  ],
  AllocationUnbounded: ([slashable]) => [
    'BASKET_REFUSED',
    `All DIMs together could take ${formatPercent(slashable)}, and 100 % is the bound: lower the shares.`,
  ],
  AllocationNotOpen: ([validator, basket]) => [
    'BASKET_CLOSED',
    `${validator} has no basket ${basket}, or it is closed already.`,
  ],

  ValidatorRegistryAlreadyRegistered: ([validator]) => ['VALIDATOR_REGISTERED', `${validator} is registered already.`],
  ValidatorRegistryNotRegistered: ([validator]) => [
    'VALIDATOR_UNKNOWN',
    `${validator} is no validator (msp validator register).`,
  ],
  ValidatorRegistryNotItsIoID: ([validator, token]) => [
    'IOID_NOT_YOURS',
    `ioID ${token} is not that of ${validator}: a validator's key is its device's key.`,
  ],
  ValidatorRegistryNotManager: ([dim, caller]) => ['NOT_MANAGER', `${caller} does not manage DIM ${dim}.`],

  DimRegistryZeroAddress: () => ['TERMS_REFUSED', 'An address is zero that must not be.'],
  DimRegistryBadTerms: () => [
    'TERMS_REFUSED',
    'These terms contradict themselves: a resolver goes with a veto window, and no time is zero or above 60 days.',
  ],
  DimRegistryBondTooLow: ([bond, minimum]) => [
    'BOND_TOO_LOW',
    `A proposal takes a bond of ${formatEther(minimum)} IOTX, and not ${formatEther(bond)}.`,
  ],
  DimRegistryNotManager: ([dim, caller]) => ['NOT_MANAGER', `${caller} does not manage DIM ${dim}.`],
  DimRegistryWrongStatus: ([dim, status]) => [
    'DIM_STATE',
    `DIM ${dim} is ${DIM_STATUSES[Number(status)]}, where that cannot be done.`,
  ],
  DimRegistryObliged: ([dim, until]) => [
    'DIM_OBLIGED',
    `Offences against DIM ${dim} can be slashed until ${formatTime(until)} UTC.`,
  ],
  DimRegistryTransferFailed: ([recipient]) => ['PAYMENT_REFUSED', `${recipient} does not take IOTX: name another.`],

  RewardsBadEpochs: ([first, count]) => [
    'EPOCHS_REFUSED',
    `Days are funded that are yet to come, up to a year ahead, and not ${count} from ${formatEpoch(first)} on.`,
  ],
  RewardsNotAdmitted: ([dim]) => ['DIM_STATE', `DIM ${dim} is not admitted.`],
  RewardsZeroAmount: () => ['AMOUNT_REFUSED', 'So little is nothing.'],
  RewardsNotRefundable: ([epoch]) => [
    'NOT_REFUNDABLE',
    `What was given for ${formatEpoch(epoch)} may yet be earned, or was.`,
  ],

  SlasherNotEnforcer: ([dim, caller]) => ['NOT_ENFORCER', `${caller} is not the enforcer of DIM ${dim}.`],
  SlasherBadCaptureTime: ([time]) => [
    'CAPTURE_TIME_REFUSED',
    `${formatTime(time)} UTC is not in the past, or longer ago than evidence counts.`,
  ],
  SlasherNothingSlashable: () => ['NOTHING_SLASHABLE', 'Nothing can be slashed for that offence.'],
  SlasherNotRequested: ([id, status]) => ['REQUEST_STATE', `Request ${id} is ${REQUEST_STATUSES[Number(status)]}.`],
  SlasherNotResolver: ([id, caller]) => ['NOT_RESOLVER', `${caller} is not the resolver of request ${id}.`],
  SlasherVetoEnded: ([id, until]) => ['WINDOW_CLOSED', `Request ${id} could be vetoed until ${formatTime(until)} UTC.`],
  SlasherNotExecutable: ([id, from, until]) => [
    'WINDOW_NOT_OPEN',
    `Request ${id} can be executed from ${formatTime(from)} to ${formatTime(until)} UTC.`,
  ],
}

/**
 * Returns what a call would return, and sends nothing. Throws {@link RestakingError} where a contract would refuse it, and
 * TransactionRevertedError where the reason is none of ours: a token's.
 */
export async function rehearse<T>(step: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const data = revertData(error)
    if (data === undefined) throw error
    const known = decodeRevert(data)
    const refusal = known && REFUSALS[known.name]
    if (!refusal) throw new TransactionRevertedError(step, data)
    const [code, message] = refusal([...known.args])
    throw new RestakingError(code, message, { cause: error })
  }
}

/** Whether a contract refused, or would: ours, or a token. */
export const isRefused = (error: unknown): error is RestakingError | TransactionRevertedError =>
  error instanceof RestakingError || error instanceof TransactionRevertedError

/** Returns why, in a word. */
export const reasonOf = (error: RestakingError | TransactionRevertedError): string =>
  error instanceof RestakingError ? error.code : error.errorName === 'unknown' ? REFUSED : error.errorName

/** Where a token has its own reason. */
export const REFUSED = 'the token refuses'
