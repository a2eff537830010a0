/**
 * DIDComm messages per second on one core, authcrypt over P-256 as a gateway gets them from devices: ours unpacked and
 * packed, and the same messages unpacked by npm's didcomm-node (didcomm-rust in WASM), in turn with each other.
 * Prints one JSON object on the last line of stdout.
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { KeyRing } from '@iotex2/identity/didcomm/key-ring'
import { packEncrypted } from '@iotex2/identity/didcomm/pack'
import { unpack } from '@iotex2/identity/didcomm/unpack'
import { exportPublicJwk } from '@iotex2/identity/jose/jwk'
import type { AnyDidDocument } from '@iotex2/identity/verification-method'
import { CodedError } from '@iotex2/protocol/errors'
import { Message } from 'didcomm-node'

interface Rates {
  unpackPerSecond: number
  didcommNodeUnpackPerSecond: number
  packPerSecond: number
}

const DEVICES = 64
const MESSAGES = 1_000
const ROUNDS = 8
const GATEWAY = 'did:example:gateway'

/** Thrown when a message does not come back as it was sent. Code BENCH_FAILED. */
class BenchFailedError extends CodedError {
  constructor(message: string) {
    super('BENCH_FAILED', message)
  }
}

const documents = new Map<string, AnyDidDocument>()
const keys = new KeyRing()
const secrets: { id: string; type: string; privateKeyJwk: unknown }[] = []

/** Makes a DID with one P-256 key for agreement. */
function createParty(did: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = `${did}#key-1`
  keys.addAgreementKey(id, privateKey)
  const method = { id, type: 'JsonWebKey2020', controller: did, publicKeyJwk: exportPublicJwk(privateKey) }
  documents.set(did, { id: did, verificationMethod: [method], authentication: [], keyAgreement: [id], service: [] })
  secrets.push({ id, type: 'JsonWebKey2020', privateKeyJwk: privateKey.export({ format: 'jwk' }) })
  return did
}

createParty(GATEWAY)
const devices = Array.from({ length: DEVICES }, (_, i) => createParty(`did:example:device-${i}`))
const resolver = { resolve: async (did: string) => documents.get(did)! }
const theirResolver = { resolve: async (did: string) => (documents.get(did) ?? null) as never }
const theirSecrets = {
  get_secret: async (id: string) => secrets.find((secret) => secret.id === id) ?? null,
  find_secrets: async (ids: string[]) => ids.filter((id) => secrets.some((secret) => secret.id === id)),
}

const messages = Array.from({ length: MESSAGES }, (_, i) => ({
  id: `message-${i}`,
  typ: 'application/didcomm-plain+json',
  type: 'https://iotex.io/device/1.0/reading',
  from: devices[i % DEVICES]!,
  to: [GATEWAY],
  created_time: 1_764_000_000 + i,
  expires_time: 1_764_000_300 + i,
  body: { projectID: '1', nonce: i, payload: { time: 1_764_000_000_000 + i, temperature: 21.37, humidity: 48.5 } },
}))
const pack = (message: (typeof messages)[number]) =>
  packEncrypted(message, { to: GATEWAY, from: message.from }, { resolver, keys })

async function perSecond(run: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await run()
  return (1000 * MESSAGES) / (performance.now() - began)
}

const best: Rates = { unpackPerSecond: 0, didcommNodeUnpackPerSecond: 0, packPerSecond: 0 }
const keep = (name: keyof Rates, rate: number): void => {
  best[name] = Math.max(best[name], Math.round(rate))
}

for (let round = 0; round < ROUNDS; round++) {
  const packed: string[] = []
  keep(
    'packPerSecond',
    await perSecond(async () => {
      for (const message of messages) packed.push(await pack(message))
    }),
  )
  keep(
    'unpackPerSecond',
    await perSecond(async () => {
      for (const [i, text] of packed.entries()) {
        const { message, authenticated } = await unpack(text, { resolver, keys })
        if (message.id !== messages[i]!.id || !authenticated) throw new BenchFailedError('A message came back changed.')
      }
    }),
  )
  keep(
    'didcommNodeUnpackPerSecond',
    await perSecond(async () => {
      for (const [i, text] of packed.entries()) {
        const [message, { authenticated }] = await Message.unpack(text, theirResolver, theirSecrets, {})
        if (message.as_value().id !== messages[i]!.id || !authenticated)
          throw new BenchFailedError('didcomm-node reads our message as another.')
      }
    }),
  )
}
process.stdout.write(`${JSON.stringify(best)}\n`)
