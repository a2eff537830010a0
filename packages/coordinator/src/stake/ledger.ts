/**
 * What a list of events says is true: modules and validators as they stand. Pure.
 * @module
 */
import type { EventArgs, Json } from './schema.ts'

/** An event in the chain's order. */
export interface StakeEvent {
  name: string
  args: EventArgs
  /** The block's time. */
  time: Date
}

export type ModuleStatus = 'proposed' | 'admitted' | 'leaving' | 'released'

export interface Module {
  dim: string
  status: ModuleStatus
  manager: string
  metadataUri: string
  bondWei: string
  /** In basis points. */
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
  proposedAt: Date
  admittedAt: Date | null
  leftAt: Date | null
  /** Until when, in seconds since the epoch, it can slash for offences from before it left. */
  obligedUntil: number | null
}

const ZERO = `0x${'00'.repeat(20)}`
const orNull = (address: string): string | null => (address === ZERO ? null : address)

/** Returns the modules that `events` of the DIM registry tell of, by id. */
export function foldModules(events: readonly StakeEvent[]): Module[] {
  const modules = new Map<string, Module>()
  for (const { name, args, time } of events) {
    const dim = String(args.dim)
    if (name === 'DimProposed') {
      const terms = args.terms as Record<string, string>
      modules.set(dim, {
        dim,
        status: 'proposed',
        manager: String(args.manager),
        metadataUri: String(args.metadataUri),
        bondWei: String(args.bond),
        maximumSlash: Number(terms.maximumSlash),
        evidenceAge: Number(terms.evidenceAge),
        vetoWindow: Number(terms.vetoWindow),
        executionWindow: Number(terms.executionWindow),
        enforcer: terms.enforcer!,
        resolver: orNull(terms.resolver!),
        beneficiary: orNull(terms.beneficiary!),
        proposedAt: time,
        admittedAt: null,
        leftAt: null,
        obligedUntil: null,
      })
      continue
    }
    const module = modules.get(dim)
    if (!module) continue
    if (name === 'DimAdmitted') Object.assign(module, { status: 'admitted', admittedAt: time })
    else if (name === 'DimLeaving')
      Object.assign(module, { status: 'leaving', leftAt: time, obligedUntil: Number(args.obligedUntil) })
    else if (name === 'DimReleased') module.status = 'released'
    else if (name === 'DimBondWithdrawn') module.bondWei = '0'
    else if (name === 'DimManagerSet') module.manager = String(args.manager)
    else if (name === 'DimResolverSet') module.resolver = String(args.resolver)
  }
  return [...modules.values()].sort((a, b) => (BigInt(a.dim) < BigInt(b.dim) ? -1 : 1))
}

export interface BasketLine {
  dim: string
  /** In basis points. */
  share: number
}

export interface Basket {
  basket: number
  open: boolean
  rehypothecated: boolean
  lines: BasketLine[]
}

/** A value from a time on, in seconds since the epoch. */
interface Step<T> {
  from: number
  value: T
}

/** What a validator and a module say of each other. */
export interface Agreement {
  dim: string
  /** Whether both agree now. */
  serves: boolean
  /** When that changes, by what both have said by now, in seconds since the epoch; null where it does not. */
  changesAt: number | null
}

export interface Validator {
  validator: string
  /** Its ioID's token, or null. */
  tokenId: string | null
  registeredAt: Date
  /** In basis points. */
  commission: number
  agreements: Agreement[]
  baskets: Basket[]
}

/** Returns the value at `time`: the last one said that counts by then. */
const valueAt = <T>(steps: readonly Step<T>[], time: number): T | undefined =>
  steps.findLast(({ from }) => from <= time)?.value

/** Returns the validators that `events` of the registry and the allocation tell of, as they stand at `time`. */
export function foldValidators(events: readonly StakeEvent[], time: number): Validator[] {
  interface Said {
    opted: Step<boolean>[]
    accepted: Step<boolean>[]
  }
  interface Entry extends Omit<Validator, 'commission' | 'agreements'> {
    commissions: Step<number>[]
    said: Map<string, Said>
  }
  const entries = new Map<string, Entry>()
  for (const event of events) {
    const { name, args } = event
    const validator = String(args.validator)
    if (name === 'ValidatorRegistered') {
      const tokenId = args.tokenId === '0' ? null : String(args.tokenId)
      const registeredAt = event.time
      entries.set(validator, {
        validator,
        tokenId,
        registeredAt,
        commissions: [],
        said: new Map(),
        baskets: [],
      })
      continue
    }
    const entry = entries.get(validator)
    if (!entry) continue
    const from = Number(args.time)
    if (name === 'CommissionSet') entry.commissions.push({ from, value: Number(args.commission) })
    else if (name === 'ValidatorOpted' || name === 'ValidatorAccepted') {
      const dim = String(args.dim)
      const said = entry.said.get(dim) ?? { opted: [], accepted: [] }
      entry.said.set(dim, said)
      if (name === 'ValidatorOpted') said.opted.push({ from, value: args.optedIn === true })
      else said.accepted.push({ from, value: args.accepted === true })
    } else if (name === 'BasketOpened')
      entry.baskets.push({
        basket: Number(args.basket),
        open: true,
        rehypothecated: args.rehypothecated === true,
        lines: (args.lines as Record<string, Json>[]).map(({ dim, share }) => ({
          dim: String(dim),
          share: Number(share),
        })),
      })
    else if (name === 'BasketClosed') {
      const basket = entry.baskets.find((known) => known.basket === Number(args.basket))
      if (basket) basket.open = false
    }
  }
  return [...entries.values()].map(({ commissions, said, ...entry }) => ({
    ...entry,
    commission: valueAt(commissions, time) ?? 0,
    agreements: [...said].map(([dim, { opted, accepted }]) => agreementOf(dim, opted, accepted, time)),
  }))
}

function agreementOf(dim: string, opted: Step<boolean>[], accepted: Step<boolean>[], time: number): Agreement {
  const servesAt = (at: number) => valueAt(opted, at) === true && valueAt(accepted, at) === true
  const serves = servesAt(time)
  const times = [...opted, ...accepted].map(({ from }) => from).filter((from) => from > time)
  const changes = times.sort((a, b) => a - b).find((from) => servesAt(from) !== serves)
  return { dim, serves, changesAt: changes ?? null }
}

/** Epochs are days from midnight to midnight UTC (contracts/msp/libraries/Epochs.sol). In seconds. */
export const EPOCH_SECONDS = 86_400
export const epochStart = (time: number): number => time - (time % EPOCH_SECONDS)

const WHOLE = 10_000

/** Returns the part of a basket that no module can take, in basis points, as Allocation.freeShareOf. */
export function freeShareOf(lines: readonly BasketLine[], maximumSlashOf: (dim: string) => number): number {
  const slashable = Math.ceil(lines.reduce((sum, { dim, share }) => sum + share * maximumSlashOf(dim), 0) / WHOLE)
  return WHOLE - Math.max(slashable, ...lines.map(({ share }) => share))
}

/** When a request can be vetoed until, and executed until, in seconds since the epoch; and what became of it. */
export interface RequestState {
  vetoUntil: number
  executeUntil: number
  vetoed: boolean
  executed: boolean
}

export type SlashStatus = 'vetoable' | 'executable' | 'expired' | 'vetoed' | 'executed'

/** Returns what can become of a request at `time`, as Slasher decides it. */
export function slashStatus({ vetoUntil, executeUntil, vetoed, executed }: RequestState, time: number): SlashStatus {
  if (executed) return 'executed'
  if (vetoed) return 'vetoed'
  if (time < vetoUntil) return 'vetoable'
  return time <= executeUntil ? 'executable' : 'expired'
}

/** Returns a time, in seconds since the epoch, in ISO 8601. */
export const iso = (seconds: number): string => new Date(1000 * seconds).toISOString()

/** Math.min of integers of any size. */
export function least(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}
