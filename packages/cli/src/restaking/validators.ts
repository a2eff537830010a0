/**
 * Validators: what they said, what modules said of them, and what is behind them.
 * @module
 */
import { validatorRegistryInterface } from '@iotex2/chain/contracts/ValidatorRegistry'
import { formatTime } from '../governance.ts'
import { type AssetVault, allVaults, amountJson, assetJson, formatAmount } from './assets.ts'
import { type Basket, basketJson, describeCommission, describeLines, formatPrice, readBasket } from './baskets.ts'
import type { Restaking } from './contracts.ts'
import { RestakingError } from './errors.ts'
import { addressTopic, lastLog, numberTopic, readLogs, topicOf } from './logs.ts'
import { type PoolState, poolsOfValidator } from './positions.ts'
import { nextEpoch } from './quantities.ts'

/** Throws {@link RestakingError} VALIDATOR_UNKNOWN. */
export async function expectValidator({ validators }: Restaking, validator: string): Promise<void> {
  if (!(await validators.isRegistered(validator)))
    throw new RestakingError('VALIDATOR_UNKNOWN', `${validator} is no validator (msp validator register).`)
}

export type Side = 'ValidatorOpted' | 'ValidatorAccepted'

/**
 * Returns what a side said last, and since when it counts: the validator (opted), or the module (accepted). The chain
 * answers only whether both agree, so it is read from events, the newest first.
 */
export async function saidBy(
  { provider, fromBlock, validators }: Restaking,
  side: Side,
  validator: string,
  dim: bigint,
): Promise<{ yes: boolean; time: bigint } | undefined> {
  const topics = [topicOf(validatorRegistryInterface, side), addressTopic(validator), numberTopic(dim)]
  const address = await validators.getAddress()
  const said = await lastLog({ provider, fromBlock, address, topics }, validatorRegistryInterface)
  return said && { yes: said.args[2], time: said.args[3] }
}

/** Whether a side has said `yes` already, from the next epoch on at the latest. */
export async function hasSaid(
  restaking: Restaking,
  side: Side,
  validator: string,
  dim: bigint,
  yes: boolean,
): Promise<boolean> {
  // Where both agree, both have said yes: nothing has to be searched for.
  if (await restaking.validators.servesAt(validator, dim, nextEpoch(restaking.now))) return yes
  const said = await saidBy(restaking, side, validator, dim)
  return (said?.yes ?? false) === yes
}

export interface Agreement {
  dim: bigint
  validator: string
  opted: boolean
  accepted: boolean
  /** Both, in the epoch of now and from the next on. */
  serves: boolean
  servesNext: boolean
}

/** Returns what validators and modules said of each other: of one validator, or of one module. */
export async function agreementsOf(
  restaking: Restaking,
  of: { validator: string } | { dim: bigint },
): Promise<Agreement[]> {
  const { provider, fromBlock, validators, now } = restaking
  const sides = (['ValidatorOpted', 'ValidatorAccepted'] as const).map((side) =>
    topicOf(validatorRegistryInterface, side),
  )
  const topics = 'dim' in of ? [sides, null, numberTopic(of.dim)] : [sides, addressTopic(of.validator)]
  const address = await validators.getAddress()
  const said = new Map<string, { dim: bigint; validator: string; opted: boolean; accepted: boolean }>()
  for (const { name, args } of await readLogs({ provider, fromBlock, address, topics }, validatorRegistryInterface)) {
    const [validator, dim, yes] = [args[0] as string, args[1] as bigint, args[2] as boolean]
    const key = `${validator} ${dim}`
    const known = said.get(key) ?? { dim, validator, opted: false, accepted: false }
    said.set(key, { ...known, [name === 'ValidatorOpted' ? 'opted' : 'accepted']: yes })
  }
  return Promise.all(
    [...said.values()].map(async (each) => {
      const [serves, servesNext] = await Promise.all([
        validators.servesAt(each.validator, each.dim, now),
        validators.servesAt(each.validator, each.dim, nextEpoch(now)),
      ])
      return { ...each, serves, servesNext }
    }),
  )
}

/** Returns what two sides are to each other. */
export function describeAgreement({ opted, accepted, serves, servesNext }: Agreement, now: bigint): string {
  if (serves && servesNext) return 'serves it'
  if (servesNext) return `serves it from ${formatTime(nextEpoch(now))} UTC on`
  if (serves) return `serves it until ${formatTime(nextEpoch(now))} UTC`
  if (opted) return 'opted in, not accepted'
  return accepted ? 'accepted, not opted in' : 'serves it no more'
}

export interface ValidatorState {
  validator: string
  ioID: bigint
  commission: bigint
  commissionNext: bigint
  agreements: Agreement[]
  baskets: Basket[]
  pools: PoolState[]
}

/** Returns all of a validator. Throws {@link RestakingError} VALIDATOR_UNKNOWN. */
export async function readValidator(restaking: Restaking, validator: string): Promise<ValidatorState> {
  await expectValidator(restaking, validator)
  const { validators, allocation, now } = restaking
  const vaults: AssetVault[] = await allVaults(restaking)
  const [ioID, commission, commissionNext, agreements, count, pools] = await Promise.all([
    validators.ioIDOf(validator),
    validators.commissionAt(validator, now),
    validators.commissionAt(validator, nextEpoch(now)),
    agreementsOf(restaking, { validator }),
    allocation.basketsOf(validator),
    poolsOfValidator(restaking, vaults, validator),
  ])
  const baskets = await Promise.all(
    Array.from({ length: Number(count) }, (_, i) => readBasket(restaking, validator, BigInt(i + 1))),
  )
  return { validator, ioID, commission, commissionNext, agreements, baskets, pools }
}

export function describeValidator(state: ValidatorState, now: bigint): string[] {
  const { validator, ioID, agreements, baskets, pools } = state
  return [
    `validator ${validator}${ioID === 0n ? '' : `, ioID ${ioID}`}`,
    describeCommission(state),
    ...(agreements.length === 0 ? ['  no module yet (msp validator opt)'] : []),
    ...agreements.map((agreement) => `  DIM ${agreement.dim}: ${describeAgreement(agreement, now)}`),
    ...baskets.flatMap((basket) => [
      `basket ${basket.number}${basket.isOpen ? '' : ' (closed)'}`,
      ...describeLines(basket.lines),
      ...pools.filter((pool) => pool.basket === basket.number).map((pool) => `  ${describePool(pool)}`),
    ]),
  ]
}

const describePool = ({ vault, active, reachable, price }: PoolState): string =>
  [
    `${formatAmount(active, vault.asset)} are delegated`,
    `${formatAmount(reachable, vault.asset)} are within reach of slashes, what is leaving included`,
    ...(price ? [`a share is ${formatPrice(price.assets, price.shares)} ${vault.asset.symbol}`] : []),
  ].join('; ')

export const validatorJson = ({
  validator,
  ioID,
  commission,
  commissionNext,
  agreements,
  baskets,
  pools,
}: ValidatorState) => ({
  validator,
  ioID: ioID === 0n ? null : ioID,
  commissionBps: commission,
  commissionNextBps: commissionNext,
  modules: agreements,
  baskets: baskets.map((basket) => basketJson(basket)),
  pools: pools.map(({ vault, basket, active, reachable, price }) => ({
    asset: assetJson(vault.asset),
    basket,
    active: amountJson(active, vault.asset),
    slashable: amountJson(reachable, vault.asset),
    price: price ? formatPrice(price.assets, price.shares) : null,
  })),
})
