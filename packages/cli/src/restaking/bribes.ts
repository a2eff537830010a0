/**
 * Rewards of modules and bribes: pots that anyone funds for days to come, and what stake earned of them.
 * @module
 */
import {
  type PositionInput,
  type PotInput,
  type RewardsEvents,
  rewardsInterface,
} from '@iotex2/chain/contracts/Rewards'
import { decodeRevert, revertData } from '@iotex2/chain/reverts'
import { type Asset, type AssetVault, allVaults, amountJson, assetJson, findToken, formatAmount } from './assets.ts'
import type { Restaker, Restaking } from './contracts.ts'
import { REFUSED } from './errors.ts'
import { addressTopic, numberTopic, readLogs, topicOf } from './logs.ts'
import { poolsOfStaker } from './positions.ts'

/** What is paid in `token` to stake of `vault` that backs `dim`. */
export interface Pot {
  dim: bigint
  vault: AssetVault
  token: Asset
}

export const potInput = ({ dim, vault, token }: Pot): PotInput => ({ dim, vault: vault.address, token: token.address })

export const describePot = ({ dim, vault, token }: Pot): string =>
  `${token.symbol} for ${vault.asset.symbol} that backs DIM ${dim}`

export const potJson = ({ dim, vault, token }: Pot) => ({
  dim,
  asset: assetJson(vault.asset),
  token: assetJson(token),
})

export interface PotFilter {
  dim?: bigint | undefined
  vault?: AssetVault | undefined
  token?: Asset | undefined
}

/** A funding, by which a pot is found. */
export interface Funding {
  pot: Pot
  funder: string
  firstEpoch: bigint
  count: bigint
}

/** Returns the fundings of pots of `vaults`, oldest first, from events. */
export async function fundingsOf(
  restaking: Restaking,
  vaults: readonly AssetVault[],
  { dim, vault, token }: PotFilter,
): Promise<Funding[]> {
  const { provider, fromBlock, rewards } = restaking
  const counted = vault ? [vault] : vaults
  const topics = [
    topicOf(rewardsInterface, 'PotFunded'),
    dim === undefined ? null : numberTopic(dim),
    counted.map(({ address }) => addressTopic(address)),
    ...(token === undefined ? [] : [addressTopic(token.address)]),
  ]
  const address = await rewards.getAddress()
  const logs = await readLogs({ provider, fromBlock, address, topics }, rewardsInterface)
  const tokens = new Map<string, Promise<Asset>>()
  const tokenAt = (own: string): Promise<Asset> => {
    const found = tokens.get(own) ?? findToken(restaking, own)
    tokens.set(own, found)
    return found
  }
  return Promise.all(
    logs.map(async ({ args }) => {
      const event = args as unknown as RewardsEvents['PotFunded']
      const own = counted.find((each) => each.address === event.vault)!
      const { dim: backed, funder, firstEpoch, count } = event
      return { pot: { dim: backed, vault: own, token: await tokenAt(event.token) }, funder, firstEpoch, count }
    }),
  )
}

const potKey = ({ dim, vault, token }: Pot): string => `${dim} ${vault.address} ${token.address}`

/** Returns the pots of fundings, each once. */
export const potsOf = (fundings: readonly Funding[]): Pot[] => [
  ...new Map(fundings.map(({ pot }) => [potKey(pot), pot])).values(),
]

/** What a position has earned of a pot and not claimed. */
export interface Due {
  pot: Pot
  position: PositionInput & { basket: bigint }
  units: bigint
  /** The epoch before which all is claimed; 0 until something was. */
  until: bigint
}

/** Returns what an account has earned by what it delegated. */
export async function duesOf(restaking: Restaking, account: string, filter: PotFilter): Promise<Due[]> {
  const { allocation, rewards } = restaking
  const vaults = await allVaults(restaking)
  const [pools, fundings] = await Promise.all([
    poolsOfStaker(restaking, vaults, account),
    fundingsOf(restaking, vaults, filter),
  ])
  const pots = potsOf(fundings)
  const dues = await Promise.all(
    pools.map(async ({ vault, validator, basket }) => {
      const [lines, generation] = await Promise.all([
        allocation.linesOf(validator, basket),
        vault.vault.generationOf(validator, basket),
      ])
      const own = pots.filter((pot) => pot.vault === vault && lines.some(({ dim }) => dim === pot.dim))
      const generations = Array.from({ length: Number(generation) + 1 }, (_, i) => BigInt(i))
      return Promise.all(
        own.flatMap((pot) =>
          generations.map(async (each) => {
            const position = { validator, basket, generation: each, staker: account }
            const [units, until] = await Promise.all([
              rewards.pending(potInput(pot), position, LOOKED_AT),
              rewards.claimedUntil(potInput(pot), position),
            ])
            return { pot, position, units, until }
          }),
        ),
      )
    }),
  )
  return dues.flat().filter(({ units }) => units > 0n)
}

/** Segments that are looked at to tell what is due. */
const LOOKED_AT = 1_000n
/** Segments that one transaction claims of a pot: some 50,000 gas each. */
const SEGMENTS = 16n
/** Gas of one transaction at most, and of one pot in it: a token that takes more is one that refuses. */
const GAS = 12_000_000n
const GAS_EACH = 3_000_000n

export interface Claimed {
  due: Due
  paid: bigint
}

export interface Failed {
  pot: Pot
  reason: string
}

/**
 * Claims what is due, some pots of a position in each transaction, until nothing is. A pot whose token refuses is left out
 * and told of; it does not stop the others.
 */
export async function claimDues(
  restaker: Restaker,
  dues: readonly Due[],
  say: (line: string) => void,
): Promise<{ claimed: Claimed[]; failed: Failed[] }> {
  const claimed: Claimed[] = []
  const failed: Failed[] = []
  for (const group of byPosition(dues)) {
    let open = group
    while (open.length > 0) {
      const tried = await Promise.all(open.map((due) => gasOf(restaker, due)))
      for (const each of tried) if ('reason' in each) failed.push(each)
      const ready = tried.flatMap((each) => ('gas' in each ? [each] : []))
      open = []
      for (const page of pagesOf(ready)) {
        for (const { due } of page)
          say(`${formatAmount(due.units, due.pot.token)} ${duePlace(due)} are paid to ${due.position.staker}`)
        await send(restaker, page)
        const paid = await paidBy(restaker)
        for (const { due } of page) {
          const done = paid.get(due.pot.token.address + due.pot.dim)
          if (done === undefined) {
            failed.push({ pot: due.pot, reason: REFUSED })
            continue
          }
          claimed.push({ due, paid: done.units })
          // What is longer than one transaction goes on.
          const left = await restaker.rewards.pending(potInput(due.pot), due.position, LOOKED_AT)
          if (left > 0n && done.until > due.until) open.push({ ...due, units: left, until: done.until })
        }
      }
    }
  }
  return { claimed, failed }
}

const duePlace = ({ pot, position }: Due): string =>
  `for stake of ${pot.vault.asset.symbol} in basket ${position.basket} of ${position.validator}, by DIM ${pot.dim},`

function byPosition(dues: readonly Due[]): Due[][] {
  const groups = new Map<string, Due[]>()
  for (const due of dues) {
    const { validator, basket, generation } = due.position
    const key = `${due.pot.vault.address} ${validator} ${basket} ${generation}`
    groups.set(key, [...(groups.get(key) ?? []), due])
  }
  return [...groups.values()]
}

/** A claim, and the gas that it gets: half as much again as it takes, for a day may begin until it is mined. */
interface Ready {
  due: Due
  gas: bigint
}

/** Returns what a claim of one pot gets, or why it would fail. */
async function gasOf({ rewards }: Restaker, due: Due): Promise<Ready | Failed> {
  try {
    const taken = await rewards.claim.estimateGas(potInput(due.pot), due.position, SEGMENTS)
    const gas = (taken * 3n) / 2n
    return gas > GAS_EACH ? { pot: due.pot, reason: REFUSED } : { due, gas }
  } catch (error) {
    const data = revertData(error)
    if (data === undefined) throw error
    return { pot: due.pot, reason: decodeRevert(data)?.name ?? REFUSED }
  }
}

/** Returns what goes into one transaction each, those that take most first. */
function pagesOf(ready: readonly Ready[]): Ready[][] {
  const pages: Ready[][] = []
  for (const each of ready.toSorted((a, b) => Number(b.gas - a.gas))) {
    const page = pages.at(-1)
    if (page && page[0]!.gas * BigInt(page.length + 1) <= GAS) page.push(each)
    else pages.push([each])
  }
  return pages
}

async function send({ rewards }: Restaker, page: readonly Ready[]): Promise<void> {
  const [{ due, gas }] = page as [Ready]
  if (page.length === 1) {
    await rewards.claim(potInput(due.pot), due.position, SEGMENTS)
    return
  }
  const pots = page.map((each) => potInput(each.due.pot))
  // What fails in it does not fail it, so that no estimate is right. A call gets 63/64 of what is left.
  const gasLimit = (gas * BigInt(page.length) * 64n) / 63n + 200_000n
  await rewards.claimEach(pots, due.position, SEGMENTS, gas, { gasLimit })
}

/** Returns what the last transaction paid, and for epochs before which one, by token and DIM. */
async function paidBy({ provider, signer, rewards }: Restaker): Promise<Map<string, { units: bigint; until: bigint }>> {
  const own = await rewards.getAddress()
  const receipt = await provider.getTransactionReceipt(signer.transactions.at(-1)!)
  const paid = new Map<string, { units: bigint; until: bigint }>()
  for (const log of receipt!.logs) {
    // A token may write what it likes.
    const event = log.address === own ? rewardsInterface.parseLog(log) : null
    if (event?.name !== 'RewardClaimed') continue
    const { token, dim, amount, until } = event.args
    paid.set(token + dim, { units: amount, until })
  }
  return paid
}

export const dueJson = ({ pot, position }: Due) => ({
  ...potJson(pot),
  validator: position.validator,
  basket: position.basket,
})

export const claimedJson = ({ due, paid }: Claimed) => ({ ...dueJson(due), paid: amountJson(paid, due.pot.token) })
