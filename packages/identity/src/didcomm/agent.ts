/**
 * One party of DIDComm sessions: opens threads with other DIDs, takes what they send, answers.
 *
 * What it trusts is its resolver: with the registry's, two ioIDs that never met talk with the chain as their only anchor.
 * How messages travel is the caller's: they are texts, sent to the peer as they are, with no mediator between.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type DidResolver, didOf } from '../verification-method.ts'
import { DidcommError } from './errors.ts'
import { Inbox } from './inbox.ts'
import type { JsonObject } from './json.ts'
import type { KeyRing } from './key-ring.ts'
import type { Attachment, Message } from './message.ts'
import { packEncrypted } from './pack.ts'
import type { ReplayWindow } from './replay-window.ts'
import type { Unpacked } from './unpack.ts'

export interface AgentOptions {
  did: string
  keys: KeyRing
  resolver: DidResolver
  /** Milliseconds since the epoch. */
  now: () => number
  /** Returns an id that no message had. */
  newId?: () => string
  /** How long a message may be on its way, where a send does not say. */
  lifetimeSeconds?: number
  window?: ReplayWindow
  /** Threads that are remembered; the one without a message for longest is forgotten. */
  maximumThreads?: number
}

export interface SendOptions {
  attachments?: Attachment[]
  lifetimeSeconds?: number
  /** Signs too, with this DID's first signer: the peer can show the message to others. */
  signed?: boolean
  protectSender?: boolean
  /** Says which DID this one succeeds: createFromPrior. */
  fromPrior?: string
}

/** A thread with one peer. */
export interface Session {
  readonly thid: string
  readonly pthid: string | undefined
  readonly peer: string
  /** Returns the packed message, for the peer. Throws {@link DidcommError}. */
  send(type: string, body: JsonObject, options?: SendOptions): Promise<string>
}

export interface Received extends Unpacked {
  session: Session
}

export class Agent {
  readonly did: string
  readonly #options: AgentOptions
  readonly #inbox: Inbox
  /** The peer of each thread, in the order of last use. */
  readonly #peers = new Map<string, string>()

  constructor(options: AgentOptions) {
    this.did = options.did
    this.#options = options
    this.#inbox = new Inbox(options)
  }

  /** Begins a thread with `peer`, a DID. `pthid` is the thread that it is a part of. */
  open(peer: string, pthid?: string): Session {
    const thid = this.#newId()
    this.#remember(thid, peer)
    return this.#session(thid, peer, pthid, true)
  }

  /**
   * Takes a message, and returns it with the session to answer in. Throws {@link DidcommError}, DIDCOMM_ADDRESSING where
   * it joins a thread that another peer is in.
   */
  async receive(packed: string | Uint8Array): Promise<Received> {
    const unpacked = await this.#inbox.take(packed)
    const { message, fromPrior } = unpacked
    const peer = didOf(message.from!)
    const thid = message.thid ?? message.id
    const known = this.#peers.get(thid)
    if (known !== undefined && known !== peer && fromPrior?.iss !== known)
      throw new DidcommError('DIDCOMM_ADDRESSING', 'The message joins the thread of another peer.')
    this.#remember(thid, peer)
    return { ...unpacked, session: this.#session(thid, peer, message.pthid, false) }
  }

  #session(thid: string, peer: string, pthid: string | undefined, isNew: boolean): Session {
    let isFirst = isNew
    return {
      thid,
      pthid,
      peer,
      send: (type, body, options = {}) => {
        const id = isFirst ? thid : this.#newId()
        isFirst = false
        return this.#pack({ id, thid, ...(pthid === undefined ? {} : { pthid }) }, peer, type, body, options)
      },
    }
  }

  #pack(
    thread: Pick<Message, 'id' | 'thid' | 'pthid'>,
    peer: string,
    type: string,
    body: JsonObject,
    options: SendOptions,
  ): Promise<string> {
    const { keys, resolver, now } = this.#options
    const created = Math.floor(now() / 1000)
    const message: Message = {
      ...thread,
      type,
      from: this.did,
      to: [peer],
      created_time: created,
      expires_time: created + (options.lifetimeSeconds ?? this.#options.lifetimeSeconds ?? 300),
      body,
      ...(options.attachments ? { attachments: options.attachments } : {}),
      ...(options.fromPrior === undefined ? {} : { from_prior: options.fromPrior }),
    }
    return packEncrypted(
      message,
      {
        to: peer,
        from: this.did,
        ...(options.signed ? { signBy: this.did } : {}),
        ...(options.protectSender ? { protectSender: true } : {}),
      },
      { keys, resolver },
    )
  }

  #remember(thid: string, peer: string): void {
    this.#peers.delete(thid)
    if (this.#peers.size >= (this.#options.maximumThreads ?? 100_000))
      this.#peers.delete(this.#peers.keys().next().value!)
    this.#peers.set(thid, peer)
  }

  #newId(): string {
    return (this.#options.newId ?? randomUUID)()
  }
}
