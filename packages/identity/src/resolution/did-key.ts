/**
 * did:key (W3C CCG): the DID is the key, as Multikey. Nothing is looked up.
 * @module
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { encodeBase64Url } from '../jose/base64url.ts'
import { decodeMultikey, encodeMultikey } from '../multikey.ts'
import type { AnyDidDocument, AnyVerificationMethod } from '../verification-method.ts'
import { ResolutionError } from './errors.ts'
import type { DidMethod } from './resolution.ts'

export const didKeyMethod: DidMethod = {
  name: 'key',
  async resolve(did) {
    return { document: didKeyDocument(did), metadata: {} }
  },
}

/** Returns the document of a did:key. Throws {@link ResolutionError} invalidDid. */
export function didKeyDocument(did: string): AnyDidDocument {
  const multikey = did.slice('did:key:'.length)
  const { crv, x } = readKey(multikey, did)
  const method = (publicKeyMultibase: string): AnyVerificationMethod => ({
    id: `${did}#${publicKeyMultibase}`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase,
  })
  const own = method(multikey)
  const context = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']
  if (crv === 'X25519') return { '@context': context, id: did, verificationMethod: [own], keyAgreement: [own.id] }
  // An Ed25519 key has an X25519 key by the map between the curves; those of NIST's curves do both.
  const agreement =
    crv === 'Ed25519'
      ? method(
          encodeMultikey({
            kty: 'OKP',
            crv: 'X25519',
            x: encodeBase64Url(ed25519.utils.toMontgomery(Buffer.from(x, 'base64url'))),
          }),
        )
      : own
  return {
    '@context': context,
    id: did,
    verificationMethod: agreement === own ? [own] : [own, agreement],
    authentication: [own.id],
    assertionMethod: [own.id],
    capabilityInvocation: [own.id],
    capabilityDelegation: [own.id],
    keyAgreement: [agreement.id],
  }
}

function readKey(multikey: string, did: string) {
  try {
    return decodeMultikey(multikey)
  } catch (cause) {
    throw new ResolutionError('invalidDid', `"${did.slice(0, 200)}" holds no key.`, { cause })
  }
}
