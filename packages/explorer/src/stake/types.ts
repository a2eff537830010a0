/**
 * What the coordinator answers of restaked stake. Amounts are decimal, in the asset's smallest unit; shares and fractions are
 * in basis points; times are ISO 8601 in UTC, by the chain's clock.
 * @module
 */

export interface Asset {
  address: string
  /** What the token says of itself: anybody's word. */
  symbol: string
  decimals: number
}

/** An amount in a vault's asset. */
export interface VaultAmount {
  vault: string
  amount: string
}

export interface PoolAmounts {
  /** All that a slash could reach: active and leaving. */
  slashable: string
  /** What is not leaving. */
  active: string
  /** What counts for modules in this epoch. */
  counting: string
}

/** Where stake can be put. */
export interface VaultPlace {
  vault: string
  asset: Asset
  /** Of the wrapped coin: takes and pays the coin itself. */
  native: boolean
  /** Takes buckets of this version of system staking: its asset is the coin in them. Null of tokens. */
  bucketVersion: 2 | 3 | null
}

export interface StakeVault extends PoolAmounts, VaultPlace {
  stakers: number
  pools: number
  /** All that the vault owes, what is not delegated included. */
  held: string
}

export const MODULE_STATUSES = ['proposed', 'admitted', 'leaving', 'released'] as const
export type ModuleStatus = (typeof MODULE_STATUSES)[number]

export interface StakeModule {
  dim: string
  status: ModuleStatus
  manager: string
  metadataUri: string
  bondWei: string
  maximumSlash: number
  /** In seconds, as all windows. */
  evidenceAge: number
  vetoWindow: number
  executionWindow: number
  enforcer: string
  /** Null: slashes have no veto. */
  resolver: string | null
  /** Null: what is slashed is burnt. */
  beneficiary: string | null
  proposedAt: string
  admittedAt: string | null
  leftAt: string | null
  obligedUntil: string | null
  /** Those who serve it now. */
  validators: number
  /** What counts for it now. */
  stake: VaultAmount[]
  slashed: VaultAmount[]
}

export interface BasketLine {
  dim: string
  share: number
}

export interface StakeBasket {
  basket: number
  open: boolean
  /** Whether the lines sum to more than the whole. */
  rehypothecated: boolean
  /** What no module can take. */
  freeShare: number
  lines: BasketLine[]
  pools: (PoolAmounts & { vault: string })[]
}

export interface StakeValidator {
  validator: string
  tokenId: string | null
  registeredAt: string
  commission: number
  modules: { dim: string; serves: boolean; changesAt: string | null }[]
  baskets: StakeBasket[]
  slashed: VaultAmount[]
}

/** GET /v1/stake/validators?limit&after. */
export interface ValidatorPage {
  validators: StakeValidator[]
  /** The `after` of the next page. */
  nextValidator: string | null
}

/** GET /v1/stake. */
export interface StakeOverview extends ValidatorPage {
  block: number
  blockTime: string
  chainId: number
  contracts: {
    dimRegistry: string
    validatorRegistry: string
    allocation: string
    vaultFactory: string
    slasher: string
    rewards: string
  }
  exitDelaySeconds: number
  /** From when on what joins now counts. */
  nextEpochAt: string
  totals: {
    stakers: number
    validators: number
    vaults: number
    pools: number
    slashes: number
    /** Pools that the sums are of: the largest. */
    poolsRead: number
  }
  vaults: StakeVault[]
  modules: StakeModule[]
  /** Buckets that are for sale now, those put up last first. */
  auctions: StakedBucket[]
}

export const SLASH_STATUSES = ['vetoable', 'executable', 'expired', 'vetoed', 'executed'] as const
export type SlashStatus = (typeof SLASH_STATUSES)[number]

export interface Slash {
  id: string
  /** Null of a slash without veto. */
  requestId: string | null
  dim: string
  vault: string
  /** Null where the vault is none of the factory's. */
  asset: Asset | null
  validator: string
  basket: number
  capturedAt: string
  requested: string
  /** Null before its execution. */
  taken: string | null
  status: SlashStatus
  resolver: string | null
  vetoUntil: string | null
  executeUntil: string | null
  evidenceHash: string
  /** Null where it is long. */
  evidence: string | null
  requestedAt: string
  requestTx: string
  endedAt: string | null
  endTx: string | null
}

/** GET /v1/stake/slashes?limit&before: newest first. */
export interface SlashPage {
  blockTime: string
  slashes: Slash[]
  next: string | null
}

export interface PotEpoch {
  startsAt: string
  funded: string
  /** That shares it, in the vault's asset. */
  stake: string
}

export interface Pot {
  dim: string
  vault: string
  asset: Asset | null
  token: Asset
  funders: number
  funded: string
  paid: string
  left: string
  /** The present one, and those to come. */
  epochs: PotEpoch[]
}

/** GET /v1/stake/bribes?limit&before: those funded last first. */
export interface PotPage {
  blockTime: string
  pots: Pot[]
  next: string | null
}

export interface Balance {
  vault: string
  asset: Asset
  balance: string
}

export interface Earned {
  dim: string
  token: Asset
  amount: string
}

export interface Position {
  vault: string
  validator: string
  basket: number
  asset: Asset | null
  shares: string
  stake: string
  /** What of it counts from the next epoch on. */
  entering: string
  /** Of the pool; null where no pot pays it. */
  generation: string | null
  earned: Earned[]
  /** In a vault of buckets: what slashes took of it and is not put down as a debt yet. Null in any other. */
  loss: string | null
}

export interface Auction {
  price: string
  startedAt: string
  /** From then on the price falls no further. */
  endsAt: string
}

/** A bucket of system staking in a vault. */
export interface StakedBucket {
  vault: string
  bucket: string
  version: 2 | 3
  asset: Asset
  staker: string
  /** What it counts for. */
  amount: string
  /** What is in it: more, where something was added. */
  contained: string
  /** In blocks of five seconds by version 2, in seconds by version 3. */
  duration: string
  state: 'locked' | 'unlocked' | 'unstaked'
  /** For whom it votes. */
  delegate: string
  auction: Auction | null
}

/** What an account has in a vault of buckets. */
export interface BucketAccount {
  vault: string
  version: 2 | 3
  asset: Asset
  /** Where its buckets are. */
  escrow: string
  /** What of its balance it can take out as coin. */
  coin: string
  debt: string
  /** Until then the debt can be paid before a bucket is taken for it. Null: there is none. */
  payUntil: string | null
  /** Rewards of the L1 that wait in the escrow. */
  rewards: string
  buckets: StakedBucket[]
}

export interface Exit {
  vault: string
  asset: Asset | null
  exitId: string
  validator: string
  basket: number
  amount: string
  requestedAt: string
  requestTx: string
  unlocksAt: string
  unlocked: boolean
}

/** GET /v1/stake/accounts/:address. */
export interface StakeAccount {
  address: string
  block: number
  blockTime: string
  /** Positions and exits are as of this block. */
  indexed: number
  balances: Balance[]
  positions: Position[]
  exits: Exit[]
  /** One for each vault of buckets. */
  buckets: BucketAccount[]
  /** Segments of epochs that one claim goes through. */
  segments: number
}
