/**
 * Slashes: what is asked for, by whom, with what evidence, and what became of it.
 * @module
 */
import { type Offence, type Request, type SlasherEvents, slasherInterface } from '@iotex2/chain/contracts/Slasher'
import { connectTokenVault } from '@iotex2/chain/contracts/TokenVault'
import { keccak256 } from 'ethers'
import { text } from '../command.ts'
import { formatTime } from '../governance.ts'
import {
  type Asset,
  type AssetVault,
  allBuckets,
  amountJson,
  assetJson,
  findAsset,
  formatAmount,
  orUndefined,
} from './assets.ts'
import type { Restaking } from './contracts.ts'
import { REQUEST_STATUSES, RestakingError } from './errors.ts'
import { addressTopic, type DecodedLog, numberTopic, readLogs, topicOf } from './logs.ts'

export const requestOperand = text('REQUEST', 'The number of the request.', { pattern: '^[1-9][0-9]{0,18}$' })

export type RequestStatus = (typeof REQUEST_STATUSES)[number]

export interface SlashRequest {
  id: bigint
  status: RequestStatus
  offence: Offence
  vault: AssetVault
  resolver: string
  vetoUntil: bigint
  executeUntil: bigint
  evidenceHash: string
}

/** Returns a request. Throws {@link RestakingError} REQUEST_UNKNOWN. */
export async function readRequest(restaking: Restaking, id: bigint): Promise<SlashRequest> {
  const request = await restaking.slasher.requestOf(id)
  if (request.status === 0n)
    throw new RestakingError(
      'REQUEST_UNKNOWN',
      `There is no request ${id} here; there are ${await restaking.slasher.requests()}.`,
    )
  return toRequest(restaking, id, request)
}

async function toRequest(restaking: Restaking, id: bigint, request: Request): Promise<SlashRequest> {
  const { offence, status, resolver, vetoUntil, executeUntil, evidenceHash } = request
  return {
    id,
    status: REQUEST_STATUSES[Number(status)]!,
    offence,
    vault: await vaultAt(restaking, offence.vault),
    resolver,
    vetoUntil,
    executeUntil,
    evidenceHash,
  }
}

/** Returns a vault by its address, which an enforcer wrote: it may be any contract, and then its assets have no name. */
async function vaultAt(restaking: Restaking, address: string): Promise<AssetVault> {
  const buckets = (await allBuckets(restaking)).find((each) => each.address === address)
  if (buckets) return buckets
  const vault = connectTokenVault(address, restaking.runner)
  const token = await orUndefined(vault.asset())
  const isKnown = token !== undefined && (await restaking.factory.vaultOf(token)) === address
  const asset = isKnown
    ? await findAsset(restaking, token)
    : { address, symbol: `units of ${address}`, decimals: 0, isCoin: false }
  return { asset, vault, address }
}

/** Returns what state a request is in, with the time that matters. */
export function describeRequest({ id, status, vetoUntil, executeUntil, resolver }: SlashRequest, now: bigint): string {
  const name = `request ${id}`
  if (status !== 'requested') return `${name}: ${status}`
  if (now < vetoUntil)
    return `${name}: ${resolver} can veto it until ${formatTime(vetoUntil)} UTC; then anyone executes it`
  return now <= executeUntil
    ? `${name}: anyone may execute it until ${formatTime(executeUntil)} UTC (msp slash execute)`
    : `${name}: lapsed, it could be executed until ${formatTime(executeUntil)} UTC`
}

export const describeOffence = ({ dim, validator, basket, captureTime, amount }: Offence, asset: Asset): string =>
  `DIM ${dim} asks for ${formatAmount(amount, asset)} of basket ${basket} of ${validator}, for an offence of ${formatTime(captureTime)} UTC`

export const offenceJson = ({ dim, vault, validator, basket, captureTime, amount }: Offence, asset: Asset) => ({
  dim,
  vault,
  asset: assetJson(asset),
  validator,
  basket,
  captureTime,
  asked: amountJson(amount, asset),
})

export const requestJson = ({
  id,
  status,
  offence,
  vault,
  resolver,
  vetoUntil,
  executeUntil,
  evidenceHash,
}: SlashRequest) => ({
  request: id,
  status,
  ...offenceJson(offence, vault.asset),
  resolver,
  vetoUntil,
  executeUntil,
  evidenceHash,
})

/** Returns what a slash would take now. */
export const slashable = (
  { slasher }: Restaking,
  { dim, vault, validator, basket, captureTime }: Omit<Offence, 'amount'>,
): Promise<bigint> => slasher.slashableAt(dim, vault, validator, basket, captureTime)

/** Whether two offences are one. */
export const equalOffences = (a: Offence, b: Offence): boolean =>
  (['dim', 'vault', 'validator', 'basket', 'captureTime', 'amount'] as const).every((key) => a[key] === b[key])

export interface Slash {
  /** undefined: executed at once. */
  request: bigint | undefined
  offence: Offence
  vault: AssetVault
  status: RequestStatus
  /** In base units; undefined until it is executed. */
  taken: bigint | undefined
  /** Until when it can be executed; undefined where it was at once. */
  executeUntil: bigint | undefined
  evidenceHash: string
  /** Of the event that told of it first. */
  blockNumber: number
  transactionHash: string
}

/** Those that begin a slash, or end it. */
const EVENTS = ['SlashRequested', 'SlashExecuted'].map((event) => topicOf(slasherInterface, event))

/** Returns the history of slashes, oldest first, from events: of a module, or of a validator, or of all. */
export async function slashHistory(
  restaking: Restaking,
  of: { dim?: bigint | undefined; validator?: string | undefined },
  fromBlock = restaking.fromBlock,
): Promise<Slash[]> {
  const address = await restaking.slasher.getAddress()
  const dim = of.dim === undefined ? null : numberTopic(of.dim)
  const validator = of.validator === undefined ? null : addressTopic(of.validator)
  // A topic that is null and last is one too many for some nodes.
  const topics = [EVENTS, ...(validator !== null ? [null, dim, validator] : dim !== null ? [null, dim] : [])]
  const logs = await readLogs({ provider: restaking.provider, fromBlock, address, topics }, slasherInterface)
  const vaults = new Map<string, Promise<AssetVault>>()
  const vaultFor = (own: string): Promise<AssetVault> => {
    const found = vaults.get(own) ?? vaultAt(restaking, own)
    vaults.set(own, found)
    return found
  }
  const taken = new Map(
    logs
      .filter(({ name }) => name === 'SlashExecuted')
      .map(({ args }) => [args.requestId as bigint, args.taken as bigint]),
  )
  return Promise.all(logs.filter(isFirst).map((log) => toSlash(restaking, log, vaultFor, taken)))
}

const isFirst = ({ name, args }: DecodedLog): boolean => name === 'SlashRequested' || args.requestId === 0n

async function toSlash(
  { slasher }: Restaking,
  { name, args, blockNumber, transactionHash }: DecodedLog,
  vaultFor: (address: string) => Promise<AssetVault>,
  taken: ReadonlyMap<bigint, bigint>,
): Promise<Slash> {
  const place = { blockNumber, transactionHash }
  if (name === 'SlashExecuted') {
    const { offence, taken: own, evidence } = args as unknown as SlasherEvents['SlashExecuted']
    const vault = await vaultFor(offence.vault)
    return {
      request: undefined,
      offence,
      vault,
      status: 'executed',
      taken: own,
      executeUntil: undefined,
      evidenceHash: keccak256(evidence),
      ...place,
    }
  }
  const { requestId, request } = args as unknown as SlasherEvents['SlashRequested']
  const [{ status }, vault] = await Promise.all([slasher.requestOf(requestId), vaultFor(request.offence.vault)])
  return {
    request: requestId,
    offence: request.offence,
    vault,
    status: REQUEST_STATUSES[Number(status)]!,
    taken: taken.get(requestId),
    executeUntil: request.executeUntil,
    evidenceHash: request.evidenceHash,
    ...place,
  }
}

export const describeSlash = ({ request, offence, vault, status, taken, evidenceHash }: Slash): string[] => [
  `${request === undefined ? 'at once' : `request ${request}`}: ${status}${taken === undefined ? '' : `, ${formatAmount(taken, vault.asset)} were taken`}`,
  `  ${describeOffence(offence, vault.asset)}`,
  `  evidence ${evidenceHash}`,
]

export const slashJson = ({
  request,
  offence,
  vault,
  status,
  taken,
  evidenceHash,
  blockNumber,
  transactionHash,
}: Slash) => ({
  request: request ?? null,
  status,
  ...offenceJson(offence, vault.asset),
  taken: taken === undefined ? null : amountJson(taken, vault.asset),
  evidenceHash,
  blockNumber,
  transaction: transactionHash,
})
