/**
 * Presents credentials to a verifier, and verifies what is presented: bound to the verifier's challenge and domain, so
 * that it cannot be shown again elsewhere.
 * @module
 */
import { signJws } from '../jose/jws.ts'
import type { Signer } from '../jose/signature.ts'
import { didOf } from '../verification-method.ts'
import { BUNDLED_CONTEXTS, type Contexts, CREDENTIALS_V2 } from './contexts.ts'
import {
  type CredentialFormat,
  checkClaims,
  enveloped,
  limitSize,
  type SecuredCredential,
  toDateTime,
  type VerifiedCredential,
  type VerifyContext,
  verifyCredential,
  verifyDocument,
  verifyJwt,
} from './credential.ts'
import { addProof, proofOf } from './data-integrity.ts'
import { CredentialError } from './errors.ts'
import { holderOf, isObject, type Presentation, readPresentation } from './model.ts'
import type { StatusLists } from './status-list.ts'

/** Credentials in one presentation: each costs a verification. */
const MAXIMUM_CREDENTIALS = 32

export interface PresentOptions {
  /** A key of the holder's for authentication. */
  signer: Signer
  format: CredentialFormat
  /** What the verifier asked. */
  challenge: string
  /** Who the verifier is. */
  domain: string
  /** Milliseconds since the epoch. */
  now: () => number
  contexts?: Contexts
}

/** Returns a presentation of `credentials` by the signer's DID. Throws {@link CredentialError}. */
export async function present(
  credentials: readonly SecuredCredential[],
  { signer, format, challenge, domain, now, contexts = BUNDLED_CONTEXTS }: PresentOptions,
): Promise<string | Presentation> {
  const presentation: Presentation = {
    '@context': [CREDENTIALS_V2],
    type: ['VerifiablePresentation'],
    holder: didOf(signer.kid),
    verifiableCredential: credentials.map((credential) =>
      typeof credential === 'string'
        ? {
            '@context': CREDENTIALS_V2,
            id: `data:application/vc+jwt,${credential}`,
            type: 'EnvelopedVerifiableCredential',
          }
        : credential,
    ),
  }
  if (format === 'jwt')
    return signJws({ ...presentation, nonce: challenge, aud: domain, iat: Math.floor(now() / 1000) }, signer, {
      typ: 'vp+jwt',
      cty: 'vp',
    })
  const created = toDateTime(now())
  return addProof(presentation, { signer, contexts, created, proofPurpose: 'authentication', challenge, domain })
}

export interface VerifyPresentationContext extends VerifyContext {
  challenge?: string
  domain?: string
}

export interface VerifiedPresentation {
  presentation: Presentation
  holder: string
  credentials: VerifiedCredential[]
}

/** Returns what is presented, each credential of it verified. Throws {@link CredentialError}, or errors of keys. */
export async function verifyPresentation(
  secured: unknown,
  context: VerifyPresentationContext,
): Promise<VerifiedPresentation> {
  const { presentation, kid, challenge, domain } = await verifySecured(secured, context)
  const holder = holderOf(presentation) ?? didOf(kid)
  if (holder !== didOf(kid))
    throw new CredentialError('CREDENTIAL_ISSUER_MISMATCH', 'The presentation is not by a key of its holder.')
  if (challenge !== context.challenge)
    throw new CredentialError('PRESENTATION_CHALLENGE', 'The presentation answers another challenge.')
  if (context.domain !== undefined ? ![domain].flat().includes(context.domain) : domain !== undefined)
    throw new CredentialError('PRESENTATION_DOMAIN', 'The presentation is for another verifier.')
  const list = [presentation.verifiableCredential ?? []].flat()
  if (list.length > MAXIMUM_CREDENTIALS)
    throw new CredentialError('CREDENTIAL_TOO_LARGE', `A presentation has ${MAXIMUM_CREDENTIALS} credentials at most.`)
  const { statusLists } = context
  const shared = statusLists ? { ...context, statusLists: askOnce(statusLists) } : context
  const credentials: VerifiedCredential[] = []
  for (const credential of list) credentials.push(await verifyCredential(credential, shared))
  return { presentation, holder, credentials }
}

/** Lists that one presentation has a verifier ask for: each may take as long as its server likes. */
const MAXIMUM_LISTS = 16

/** Asks for each list once, and for so many at most. */
function askOnce(lists: StatusLists): StatusLists {
  const asked = new Map<string, Promise<Uint8Array>>()
  return {
    async load(url) {
      const known = asked.get(url)
      if (known) return known
      if (asked.size >= MAXIMUM_LISTS)
        throw new CredentialError('CREDENTIAL_TOO_LARGE', `A presentation names ${MAXIMUM_LISTS} status lists at most.`)
      const loading = lists.load(url)
      asked.set(url, loading)
      return loading
    },
  }
}

async function verifySecured(secured: unknown, context: VerifyContext) {
  const jwt = typeof secured === 'string' ? secured : enveloped(secured, 'vp+jwt')
  if (jwt !== undefined) {
    const { payload, kid } = await verifyJwt(jwt, 'authentication', ['vp+jwt', 'JWT'], context)
    checkClaims(payload, context.now())
    const { nonce, aud, vp } = payload
    // Of version 1.1: the holder is the JWT's issuer.
    const presentation = readPresentation(isObject(vp) ? { ...vp, holder: vp.holder ?? payload.iss } : payload)
    return { presentation, kid, challenge: nonce, domain: aud }
  }
  if (!isObject(secured)) throw new CredentialError('CREDENTIAL_MALFORMED', 'A presentation is a JWT or an object.')
  limitSize(secured)
  const presentation = readPresentation(secured)
  const { challenge, domain } = proofOf(presentation)
  return { presentation, kid: await verifyDocument(presentation, 'authentication', context), challenge, domain }
}
