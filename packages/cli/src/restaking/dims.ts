/**
 * Modules (DIMs) and the terms on which they can slash: from a file, from the chain, and as people read them.
 * @module
 */
import { dimRegistryInterface, type Terms } from '@iotex2/chain/contracts/DimRegistry'
import { formatEther, getAddress, ZeroAddress } from 'ethers'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { text } from '../command.ts'
import { formatTime } from '../governance.ts'
import type { Restaking } from './contracts.ts'
import { DIM_STATUSES, RestakingError } from './errors.ts'
import { lastLog, numberTopic, topicOf } from './logs.ts'
import { DURATION, formatDuration, formatPercent, parseDuration, parsePercent } from './quantities.ts'

export type { Terms } from '@iotex2/chain/contracts/DimRegistry'

export const dimOperand = text('DIM', 'The number of the module.', { pattern: '^[1-9][0-9]{0,9}$' })

export type DimStatus = (typeof DIM_STATUSES)[number]

export interface DimState {
  id: bigint
  manager: string
  status: DimStatus
  /** 0 before. */
  admittedAt: bigint
  /** 0 before. */
  leftAt: bigint
  bond: bigint
  terms: Terms
}

/** How long after an offence a slash can be executed at most, in seconds. */
export const windowOf = ({ evidenceAge, vetoWindow, executionWindow }: Terms): bigint =>
  evidenceAge + vetoWindow + executionWindow

/** Returns a DIM. Throws {@link RestakingError} DIM_UNKNOWN. */
export async function readDim(restaking: Restaking, id: bigint): Promise<DimState> {
  const dim = await findDim(restaking, id)
  if (!dim) throw new RestakingError('DIM_UNKNOWN', `There is no DIM ${id} here.`)
  return dim
}

async function findDim({ dims }: Restaking, id: bigint): Promise<DimState | undefined> {
  const [{ manager, status, admittedAt, leftAt, bond }, terms] = await Promise.all([dims.dimOf(id), dims.termsOf(id)])
  return status === 0n
    ? undefined
    : { id, manager, status: DIM_STATUSES[Number(status)]!, admittedAt, leftAt, bond, terms: copyTerms(terms) }
}

/** An answer of ethers is an array with names. */
const copyTerms = (terms: Terms): Terms => ({
  maximumSlash: terms.maximumSlash,
  evidenceAge: terms.evidenceAge,
  vetoWindow: terms.vetoWindow,
  executionWindow: terms.executionWindow,
  enforcer: terms.enforcer,
  resolver: terms.resolver,
  beneficiary: terms.beneficiary,
})

/** How many are asked for at a time. */
const BATCH = 16n

/** Returns all DIMs that were ever proposed. Their ids have no gaps. */
export async function allDims(restaking: Restaking): Promise<DimState[]> {
  const all: DimState[] = []
  for (let first = 1n; ; first += BATCH) {
    const batch = await Promise.all(
      Array.from({ length: Number(BATCH) }, (_, i) => findDim(restaking, first + BigInt(i))),
    )
    all.push(...batch.filter((dim) => dim !== undefined))
    if (batch.at(-1) === undefined) return all
  }
}

/** Returns the address of a DIM's metadata, from its event; undefined where the node has it no more. */
export async function metadataOf({ provider, fromBlock, dims }: Restaking, id: bigint): Promise<string | undefined> {
  const topics = [topicOf(dimRegistryInterface, 'DimProposed'), numberTopic(id)]
  const proposed = await lastLog(
    { provider, fromBlock, address: await dims.getAddress(), topics },
    dimRegistryInterface,
  )
  return proposed?.args.metadataUri
}

/** Returns where what a DIM slashes goes. */
export const describeBeneficiary = ({ beneficiary }: Terms): string =>
  beneficiary === ZeroAddress ? 'what is slashed is burnt' : `what is slashed goes to ${beneficiary}`

/** Returns what a DIM may do to stake, and until when. `most` says how much that is. */
export const describeTerms = (terms: Terms, most?: string): string =>
  [
    `an offence costs up to ${formatPercent(terms.maximumSlash)} of what backs it${most === undefined ? '' : ` (${most})`}`,
    `evidence counts for ${formatDuration(terms.evidenceAge)}`,
    terms.vetoWindow === 0n
      ? 'slashes are executed at once, without a veto'
      : `${terms.resolver} can veto for ${formatDuration(terms.vetoWindow)}, then it is executed within ${formatDuration(terms.executionWindow)}`,
    describeBeneficiary(terms),
  ].join('; ')

export function describeDim({ id, status, admittedAt, leftAt, terms }: DimState): string {
  const name = `DIM ${id}`
  switch (status) {
    case 'admitted':
      return `${name}: admitted ${formatTime(admittedAt)} UTC`
    case 'leaving':
      return `${name}: leaving since ${formatTime(leftAt)} UTC; earlier offences can be slashed until ${formatTime(leftAt + windowOf(terms))} UTC`
    default:
      return `${name}: ${status}`
  }
}

/** Durations in seconds, parts in basis points. */
export const termsJson = (terms: Terms) => ({
  maximumSlashBps: terms.maximumSlash,
  evidenceAgeS: terms.evidenceAge,
  vetoWindowS: terms.vetoWindow,
  executionWindowS: terms.executionWindow,
  windowS: windowOf(terms),
  enforcer: terms.enforcer,
  resolver: orNull(terms.resolver),
  beneficiary: orNull(terms.beneficiary),
})

export const dimJson = ({ id, manager, status, admittedAt, leftAt, bond, terms }: DimState) => ({
  dim: id,
  manager,
  status,
  admittedAt: admittedAt === 0n ? null : admittedAt,
  leftAt: leftAt === 0n ? null : leftAt,
  bondWei: bond,
  bondIotx: formatEther(bond),
  terms: termsJson(terms),
})

const orNull = (address: string): string | null => (address === ZeroAddress ? null : address)

const Address = Type.String({ pattern: '^0x[0-9a-fA-F]{40}$' })
const Duration = Type.String({ pattern: DURATION })

const TermsFile = Type.Object(
  {
    metadataUri: Type.String({ minLength: 1, maxLength: 2048 }),
    bondIotx: Type.String({ pattern: '^[0-9]{1,12}(\\.[0-9]{1,18})?$' }),
    /** Of the stake that backs the DIM: the most that one offence costs. */
    maximumSlashPercent: Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,2})?$' }),
    evidenceAge: Duration,
    vetoWindow: Type.Optional(Duration),
    executionWindow: Duration,
    enforcer: Address,
    resolver: Type.Optional(Address),
    /** Without it what is slashed is burnt. */
    beneficiary: Type.Optional(Address),
  },
  { additionalProperties: false },
)

export interface DimProposal {
  terms: Terms
  metadataUri: string
  /** In wei. */
  bond: bigint
}

const malformed = (what: string): RestakingError => new RestakingError('TERMS_MALFORMED', `The terms' ${what}.`)

/** Returns what the JSON of a file proposes. Throws {@link RestakingError} TERMS_MALFORMED. */
export function parseDimProposal(file: unknown, parseIotx: (amount: string) => bigint): DimProposal {
  if (!Value.Check(TermsFile, file)) {
    const [first] = Value.Errors(TermsFile, file)
    throw malformed(`${first!.instancePath || 'file'} ${first!.message}`)
  }
  const vetoWindow = parseDuration(file.vetoWindow ?? '0s')
  if (vetoWindow === 0n && file.resolver !== undefined) throw malformed('resolver has no vetoWindow to veto in')
  if (vetoWindow !== 0n && file.resolver === undefined) throw malformed('vetoWindow has no resolver who could veto')
  const address = (given: string | undefined): string =>
    given === undefined ? ZeroAddress : getAddress(given.toLowerCase())
  return {
    terms: {
      maximumSlash: parsePercent(file.maximumSlashPercent),
      evidenceAge: parseDuration(file.evidenceAge),
      vetoWindow,
      executionWindow: parseDuration(file.executionWindow),
      enforcer: address(file.enforcer),
      resolver: address(file.resolver),
      beneficiary: address(file.beneficiary),
    },
    metadataUri: file.metadataUri,
    bond: parseIotx(file.bondIotx),
  }
}

/** Whether both say the same. */
export const equalTerms = (a: Terms, b: Terms): boolean =>
  (Object.keys(copyTerms(a)) as (keyof Terms)[]).every((key) => a[key] === b[key])

/** Throws {@link RestakingError} DIM_STATE unless a DIM is in one of `statuses`. */
export function expectStatus(dim: DimState, statuses: readonly DimStatus[]): void {
  if (!statuses.includes(dim.status))
    throw new RestakingError('DIM_STATE', `${describeDim(dim)}; that takes one that is ${statuses[0]}.`)
}
