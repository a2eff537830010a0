/**
 * What a write will do, before the wallet is asked: which modules can take what, from when on it counts, when it can leave.
 * Pure: everything is read from the chain beforehand. Rounding is as the vault's, so that nothing is promised.
 * @module
 */

/** Epochs are days from midnight to midnight UTC (contracts/msp/libraries/Epochs.sol). */
export const EPOCH_SECONDS = 86_400n
const WHOLE = 10_000n
const WHOLE_SQUARED = WHOLE * WHOLE

/** A line of a basket with its module's terms, as they are on chain. */
export interface LineTerms {
  dim: bigint
  /** In basis points. */
  share: bigint
  maximumSlash: bigint
  /** In seconds. */
  evidenceAge: bigint
  vetoWindow: bigint
  executionWindow: bigint
  /** Null: what is slashed is burnt. */
  beneficiary: string | null
  /** Whether the module is admitted, and both sides agree from the next epoch on. */
  counts: boolean
}

/** What a module could take of the stake. */
export interface LineRisk {
  dim: bigint
  /** What of the stake backs it. */
  backing: bigint
  /** The most that it can take for one offence. */
  atMost: bigint
  /** How long after an offence a slash can be executed at most, in seconds. */
  window: bigint
  vetoable: boolean
  beneficiary: string | null
  counts: boolean
}

export interface Risk {
  lines: LineRisk[]
  /** The most that all modules together can take for offences of one moment. */
  atMost: bigint
}

const floorPart = (amount: bigint, share: bigint): bigint => (amount * share) / WHOLE
/** Rounded up: what can be lost is never told as less. */
const ceilingPart = (amount: bigint, parts: bigint): bigint => (amount * parts + WHOLE_SQUARED - 1n) / WHOLE_SQUARED

/** Returns what the modules of a basket could take of `stake` in it. */
export function riskOf(stake: bigint, lines: readonly LineTerms[]): Risk {
  const risks = lines.map((line) => ({
    dim: line.dim,
    backing: floorPart(stake, line.share),
    atMost: ceilingPart(stake, line.share * line.maximumSlash),
    window: line.evidenceAge + line.vetoWindow + line.executionWindow,
    vetoable: line.vetoWindow > 0n,
    beneficiary: line.beneficiary,
    counts: line.counts,
  }))
  const sum = ceilingPart(
    stake,
    lines.reduce((total, { share, maximumSlash }) => total + share * maximumSlash, 0n),
  )
  return { lines: risks, atMost: sum > stake ? stake : sum }
}

/** Returns when the epoch after that of `time` begins, in seconds. */
export const nextEpoch = (time: bigint): bigint => time - (time % EPOCH_SECONDS) + EPOCH_SECONDS

/** What the chain says before a delegation. */
export interface DelegationState {
  /** Of the newest block, in seconds. */
  time: bigint
  exitDelay: bigint
  /** What the staker has in the vault and did not delegate. */
  balance: bigint
  /** What the staker has in the pool. */
  stake: bigint
  lines: readonly LineTerms[]
  /** Whether the basket takes stake. */
  open: boolean
}

export interface DelegationPreview {
  /** What stays undelegated in the vault. */
  balanceAfter: bigint
  stakeAfter: bigint
  countsFrom: bigint
  /** When it is out, if it asks to leave at once. */
  outBy: bigint
  /** Of all that the staker has in the pool then. */
  risk: Risk
}

/** Undefined where the balance does not suffice, or the basket is closed. */
export function previewDelegation(state: DelegationState, amount: bigint): DelegationPreview | undefined {
  if (amount <= 0n || amount > state.balance || !state.open) return undefined
  const stakeAfter = state.stake + amount
  return {
    balanceAfter: state.balance - amount,
    stakeAfter,
    countsFrom: nextEpoch(state.time),
    outBy: state.time + state.exitDelay,
    risk: riskOf(stakeAfter, state.lines),
  }
}

/** What the chain says before an exit. */
export interface ExitState {
  time: bigint
  exitDelay: bigint
  shares: bigint
  stake: bigint
  lines: readonly LineTerms[]
}

export interface ExitPreview {
  /** Of the pool's shares, for the vault. */
  shares: bigint
  /** Worth this now. */
  amount: bigint
  stakeAfter: bigint
  /** In seconds. */
  unlocksAt: bigint
  /** Of what leaves, until then. */
  risk: Risk
}

/**
 * Returns what becomes of `amount` of the staker's stake; all of it takes all shares. Undefined where there is not so much,
 * or where it is less than one share.
 */
export function previewExit(state: ExitState, amount: bigint): ExitPreview | undefined {
  if (amount <= 0n || amount > state.stake || state.stake === 0n) return undefined
  const shares = amount === state.stake ? state.shares : (state.shares * amount) / state.stake
  if (shares === 0n) return undefined
  const worth = (state.stake * shares) / state.shares
  return {
    shares,
    amount: worth,
    stakeAfter: state.stake - worth,
    unlocksAt: state.time + state.exitDelay,
    risk: riskOf(worth, state.lines),
  }
}

/** What the chain says before a deposit. */
export interface DepositState {
  /** What the account holds of the asset. */
  held: bigint
  /** What the vault may take; not asked of the coin. */
  allowance: bigint
  balance: bigint
  native: boolean
}

export interface DepositPreview {
  heldAfter: bigint
  /** In the vault, free to withdraw. Less, where the token takes a fee. */
  balanceAfter: bigint
  /** Whether the vault has to be allowed to take it first. */
  approve: boolean
}

export function previewDeposit(state: DepositState, amount: bigint): DepositPreview | undefined {
  if (amount <= 0n || amount > state.held) return undefined
  return {
    heldAfter: state.held - amount,
    balanceAfter: state.balance + amount,
    approve: !state.native && state.allowance < amount,
  }
}
