/**
 * Alice and Bob of the DIDComm specification's appendices, as documents and key rings.
 * @module
 */
import { readFileSync } from 'node:fs'
import type { PrivateKeyJwk } from '../jose/jwk.ts'
import type { AnyDidDocument, DidResolver } from '../verification-method.ts'
import { KeyRing } from './key-ring.ts'
import type { Message } from './message.ts'

type Secret = PrivateKeyJwk & { kid: string }

export interface Vectors {
  secrets: Record<'alice' | 'bob', Secret[]>
  plaintext: Message
  signed: { name: string; packed: Record<string, unknown> }[]
  encrypted: { name: string; packed: Record<string, unknown> }[]
}

export const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/didcomm-v2.json', import.meta.url), 'utf8'),
) as Vectors

export const ALICE = 'did:example:alice'
export const BOB = 'did:example:bob'

/** Which keys are for what, the specification tells by their names: those for signatures have a number only. */
const isForSignatures = ({ kid }: Secret): boolean => /#key-\d+$/.test(kid)

export function documentOf(did: string, secrets: readonly Secret[]): AnyDidDocument {
  const verificationMethod = secrets.map(({ kid, d: _, ...publicKeyJwk }) => ({
    id: kid,
    type: 'JsonWebKey2020',
    controller: did,
    publicKeyJwk,
  }))
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
    id: did,
    verificationMethod,
    authentication: secrets.filter(isForSignatures).map(({ kid }) => kid),
    keyAgreement: secrets.filter((secret) => !isForSignatures(secret)).map(({ kid }) => kid),
  }
}

export function keysOfParty(secrets: readonly Secret[]): KeyRing {
  const keys = new KeyRing()
  for (const { kid, ...jwk } of secrets)
    if (isForSignatures({ kid, ...jwk })) keys.addSigner(kid, jwk)
    else keys.addAgreementKey(kid, jwk)
  return keys
}

export const documents: Record<string, AnyDidDocument> = {
  [ALICE]: documentOf(ALICE, vectors.secrets.alice),
  [BOB]: documentOf(BOB, vectors.secrets.bob),
}

export const aliceKeys = keysOfParty(vectors.secrets.alice)
export const bobKeys = keysOfParty(vectors.secrets.bob)

/** Returns a resolver of the given documents; rejects for any other DID. */
export const resolverOf = (known: Record<string, AnyDidDocument>): DidResolver => ({
  resolve: (did) => (known[did] ? Promise.resolve(known[did]) : Promise.reject(new RangeError(did))),
})

export const resolver = resolverOf(documents)
