/**
 * Where a DID takes messages, and the forward message by which mediators pass them on (DIDComm v2.1, "Routing Protocol
 * 2.0"). A DID whose service names no routing keys is sent to directly.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type AnyDidDocument, type DidResolver, didOf } from '../verification-method.ts'
import type { ContentEncryption } from './content-encryption.ts'
import { DidcommError } from './errors.ts'
import { type JsonObject, parseObject } from './json.ts'
import { KeyRing } from './key-ring.ts'
import type { Message } from './message.ts'
import { packEncrypted } from './pack.ts'

export const FORWARD_TYPE = 'https://didcomm.org/routing/2.0/forward'

/** Hops of one message: each is a layer of encryption around it. */
const MAXIMUM_HOPS = 4

export interface DidcommEndpoint {
  uri: string
  /** DID URLs of the mediators' keys, the first hop first. */
  routingKeys: string[]
}

/** Returns where a document's DID takes DIDComm v2 messages, in its order of preference. */
export function endpointsOf(document: AnyDidDocument): DidcommEndpoint[] {
  const services = Array.isArray(document.service) ? document.service : []
  return services.flatMap((service) => {
    if (![service?.type].flat().includes('DIDCommMessaging')) return []
    return [service.serviceEndpoint].flat().flatMap((entry) => {
      const { uri, accept, routingKeys } = (typeof entry === 'string' ? { uri: entry } : (entry ?? {})) as JsonObject
      if (typeof uri !== 'string' || (Array.isArray(accept) && !accept.includes('didcomm/v2'))) return []
      const keys = Array.isArray(routingKeys) ? routingKeys.filter((key) => typeof key === 'string') : []
      return [{ uri, routingKeys: keys }]
    })
  })
}

export interface ForwardOptions {
  resolver: DidResolver
  enc?: ContentEncryption
  newId?: () => string
}

/** Returns `packed` wrapped for each of `routingKeys`, to be sent to the first. Throws {@link DidcommError}. */
export async function wrapInForward(
  packed: string,
  next: string,
  routingKeys: readonly string[],
  { resolver, enc = 'A256CBC-HS512', newId = randomUUID }: ForwardOptions,
): Promise<string> {
  if (routingKeys.length > MAXIMUM_HOPS)
    throw new DidcommError('DIDCOMM_TOO_LARGE', `A message has ${MAXIMUM_HOPS} hops at most.`)
  let wrapped = packed
  let target = next
  for (const hop of routingKeys.toReversed()) {
    const message: Message = {
      id: newId(),
      type: FORWARD_TYPE,
      to: [didOf(hop)],
      body: { next: target },
      attachments: [{ data: { json: parseObject(wrapped) } }],
    }
    wrapped = await packEncrypted(message, { to: hop, enc }, { resolver, keys: new KeyRing() })
    target = hop
  }
  return wrapped
}

/** Returns what a forward message asks to pass on, or undefined where `message` is none. Throws {@link DidcommError}. */
export function readForward(message: Message): { next: string; packed: string[] } | undefined {
  if (message.type !== FORWARD_TYPE) return undefined
  const { next } = message.body
  if (typeof next !== 'string' || !next.startsWith('did:') || !message.attachments?.length)
    throw new DidcommError('DIDCOMM_MALFORMED', 'A forward message says where to, and what.')
  const packed = message.attachments.map(({ data: { json, base64 } }) => {
    if (typeof json === 'object' && json !== null) return print(json)
    if (typeof base64 === 'string') return Buffer.from(base64, 'base64url').toString()
    throw new DidcommError('DIDCOMM_MALFORMED', 'What is forwarded is attached as JSON or base64.')
  })
  return { next, packed }
}

/** What nests deeper than the stack is no message. */
function print(json: object): string {
  try {
    return JSON.stringify(json)
  } catch (cause) {
    throw new DidcommError('DIDCOMM_MALFORMED', 'What is forwarded nests too deep.', { cause })
  }
}
