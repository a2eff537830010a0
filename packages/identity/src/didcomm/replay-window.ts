/**
 * Takes each message once: remembers ids for as long as their `created_time` is taken, and takes no older one.
 *
 * In memory. What was taken before a restart is refused by its time: nothing older than the window's beginning is taken.
 * Bounded: a sender who sends more than is remembered is refused, not forgotten, and costs no other sender a place.
 * @module
 */
import { DidcommError } from './errors.ts'

export interface ReplayWindowOptions {
  /** Milliseconds since the epoch. */
  now: () => number
  /** How old a message may be. */
  windowSeconds?: number
  /** How far a sender's clock may be ahead, or behind where the window begins. */
  skewSeconds?: number
  /** Messages of one sender within the window. */
  maximumPerSender?: number
  /** Messages of all senders within the window. */
  maximumTotal?: number
}

interface Generation {
  ids: Set<string>
  counts: Map<string, number>
}

const emptyGeneration = (): Generation => ({ ids: new Set(), counts: new Map() })

export class ReplayWindow {
  readonly #options: Required<ReplayWindowOptions>
  readonly #since: number
  /** An id lies in one of two generations, each as long as a message can be taken: it is dropped with the older one. */
  #current = emptyGeneration()
  #previous = emptyGeneration()
  #began: number

  constructor(options: ReplayWindowOptions) {
    this.#options = {
      windowSeconds: 300,
      skewSeconds: 30,
      maximumPerSender: 100_000,
      maximumTotal: 2_000_000,
      ...options,
    }
    this.#began = this.#seconds()
    this.#since = this.#began - this.#options.skewSeconds
  }

  /** Takes a message, once. Throws {@link DidcommError} DIDCOMM_STALE, DIDCOMM_REPLAYED or DIDCOMM_WINDOW_FULL. */
  accept(sender: string, id: string, createdTime: number | undefined): void {
    const { windowSeconds, skewSeconds, maximumPerSender, maximumTotal } = this.#options
    const now = this.#seconds()
    if (createdTime === undefined) throw new DidcommError('DIDCOMM_STALE', 'The message does not say when it was made.')
    if (createdTime > now + skewSeconds) throw new DidcommError('DIDCOMM_STALE', 'The message was made in the future.')
    if (createdTime < now - windowSeconds || createdTime < this.#since)
      throw new DidcommError('DIDCOMM_STALE', `The message is older than ${windowSeconds} s, or than this receiver.`)

    this.#turn(now)
    // A DID has no space in it.
    const entry = `${sender} ${id}`
    const [current, previous] = [this.#current, this.#previous]
    if (current.ids.has(entry) || previous.ids.has(entry))
      throw new DidcommError('DIDCOMM_REPLAYED', 'The message was taken before.')
    const count = current.counts.get(sender) ?? 0
    if (
      count + (previous.counts.get(sender) ?? 0) >= maximumPerSender ||
      current.ids.size + previous.ids.size >= maximumTotal
    )
      throw new DidcommError('DIDCOMM_WINDOW_FULL', 'Too many messages within the replay window: try again later.')
    current.ids.add(entry)
    current.counts.set(sender, count + 1)
  }

  #turn(now: number): void {
    const length = this.#options.windowSeconds + this.#options.skewSeconds + 1
    const elapsed = now - this.#began
    if (elapsed < length) return
    this.#previous = elapsed < 2 * length ? this.#current : emptyGeneration()
    this.#current = emptyGeneration()
    this.#began = now
  }

  #seconds(): number {
    return Math.floor(this.#options.now() / 1000)
  }
}
