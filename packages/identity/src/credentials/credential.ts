/**
 * Issues and verifies credentials: as JWT (VC-JOSE-COSE for 2.0, the data model's §6.3.1 for 1.1) and with Data Integrity
 * proofs.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { readJws, signJws, verifyJws } from '../jose/jws.ts'
import type { Signer } from '../jose/signature.ts'
import { type DidResolver, didOf, keyOf, type MethodKey } from '../verification-method.ts'
import { BUNDLED_CONTEXTS, type Contexts, DATA_INTEGRITY_V2 } from './contexts.ts'
import { addProof, type ProofPurpose, proofOf, verifyProof } from './data-integrity.ts'
import { CredentialError } from './errors.ts'
import {
  type Credential,
  isObject,
  issuerOf,
  MAXIMUM_BYTES,
  readCredential,
  readTime,
  statusesOf,
  versionOf,
} from './model.ts'
import { loadStatusList, StatusList, type StatusLists, type StatusPurpose } from './status-list.ts'

export type CredentialFormat = 'jwt' | 'data-integrity'

export interface IssueOptions {
  signer: Signer
  format: CredentialFormat
  /** Milliseconds since the epoch. */
  now: () => number
  contexts?: Contexts
}

export interface VerifyContext {
  resolver: DidResolver
  /** Milliseconds since the epoch. */
  now: () => number
  contexts?: Contexts
  /** Without it a credential with a status is not taken. */
  statusLists?: StatusLists
}

/** A credential that holds, and who says so. */
export interface VerifiedCredential {
  credential: Credential
  issuer: string
  verificationMethod: string
}

/** A secured credential: a JWT, or an object with a proof. */
export type SecuredCredential = string | (Credential & { proof: unknown })

export const toDateTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/**
 * Returns `credential` secured by the issuer's key. Where it has no time from which it is valid, that is now. Throws
 * {@link CredentialError} where the signer is not the issuer's, or a member has no definition.
 */
export async function issueCredential(
  credential: Credential,
  { signer, format, now, contexts = BUNDLED_CONTEXTS }: IssueOptions,
): Promise<SecuredCredential> {
  const start = versionOf(credential) === 2 ? 'validFrom' : 'issuanceDate'
  const complete = readCredential({ ...credential, [start]: credential[start] ?? toDateTime(now()) })
  if (issuerOf(complete) !== didOf(signer.kid))
    throw new CredentialError('CREDENTIAL_ISSUER_MISMATCH', `The signer is not a key of ${issuerOf(complete)}.`)
  if (format === 'jwt') return signCredential(complete, signer)
  const context = [complete['@context']].flat()
  // The context of credentials v2 has the terms of a proof; that of v1 has not.
  if (versionOf(complete) === 1 && !context.includes(DATA_INTEGRITY_V2)) context.push(DATA_INTEGRITY_V2)
  return addProof(
    { ...complete, '@context': context },
    { signer, contexts, created: toDateTime(now()), proofPurpose: 'assertionMethod' },
  )
}

function signCredential(credential: Credential, signer: Signer): Promise<string> {
  if (versionOf(credential) === 2) return signJws(credential, signer, { typ: 'vc+jwt', cty: 'vc' })
  const subject = isObject(credential.credentialSubject) ? credential.credentialSubject.id : undefined
  const seconds = (time: string) => Math.floor(Date.parse(time) / 1000)
  return signJws(
    {
      iss: issuerOf(credential),
      ...(typeof subject === 'string' ? { sub: subject } : {}),
      ...(credential.id === undefined ? {} : { jti: credential.id }),
      nbf: seconds(credential.issuanceDate!),
      ...(credential.expirationDate === undefined ? {} : { exp: seconds(credential.expirationDate) }),
      vc: credential,
    },
    signer,
    { typ: 'JWT' },
  )
}

/** Returns the credential in `secured`, verified at this time. Throws {@link CredentialError}, or errors of keys. */
export async function verifyCredential(secured: unknown, context: VerifyContext): Promise<VerifiedCredential> {
  const verified = await verifySecured(secured, context)
  checkTime(verified.credential, context.now())
  for (const status of statusesOf(verified.credential)) await checkStatus(status, verified.issuer, context)
  return verified
}

/** Verifies who says it, not whether it still holds. */
async function verifySecured(secured: unknown, context: VerifyContext): Promise<VerifiedCredential> {
  const jwt = typeof secured === 'string' ? secured : enveloped(secured, 'vc+jwt')
  if (jwt !== undefined) {
    const { payload, kid } = await verifyJwt(jwt, 'assertionMethod', ['vc+jwt', 'JWT'], context)
    const isLegacy = payload.vc !== undefined
    const credential = readCredential(isLegacy ? withClaims(payload) : payload)
    checkClaims(payload, context.now())
    return checkIssuer(credential, kid)
  }
  if (!isObject(secured)) throw new CredentialError('CREDENTIAL_MALFORMED', 'A credential is a JWT or an object.')
  limitSize(secured)
  const credential = readCredential(secured)
  const kid = await verifyDocument(credential, 'assertionMethod', context)
  const { proof: _, ...unsecured } = credential
  return checkIssuer(unsecured as Credential, kid)
}

function checkIssuer(credential: Credential, kid: string): VerifiedCredential {
  const issuer = issuerOf(credential)
  if (issuer !== didOf(kid))
    throw new CredentialError(
      'CREDENTIAL_ISSUER_MISMATCH',
      `The credential of ${issuer.slice(0, 200)} is not by its key.`,
    )
  return { credential, issuer, verificationMethod: kid }
}

/** Puts a 1.1 JWT's claims back into the credential, which they overrule (§6.3.1, decoding). */
function withClaims({ vc, iss, sub, jti }: Record<string, unknown>): unknown {
  if (!isObject(vc)) throw new CredentialError('CREDENTIAL_MALFORMED', '"vc" of a JWT is no credential.')
  const subject = vc.credentialSubject
  const issuer = isObject(vc.issuer) ? { ...vc.issuer, id: iss } : iss
  return {
    ...vc,
    ...(iss === undefined ? {} : { issuer }),
    ...(jti === undefined ? {} : { id: jti }),
    ...(sub !== undefined && isObject(subject) ? { credentialSubject: { ...subject, id: sub } } : {}),
  }
}

/** Returns the JWT in an EnvelopedVerifiableCredential or -Presentation, a data: URL; undefined where it is none. */
export function enveloped(value: unknown, mediaType: 'vc+jwt' | 'vp+jwt'): string | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined
  const prefix = `data:application/${mediaType},`
  return value.id.startsWith(prefix) ? value.id.slice(prefix.length) : undefined
}

/** Verifies a JWT by the key that it names. */
export async function verifyJwt(
  jwt: string,
  purpose: ProofPurpose,
  types: readonly string[],
  { resolver }: Pick<VerifyContext, 'resolver'>,
): Promise<{ payload: Record<string, unknown>; kid: string }> {
  if (jwt.length > MAXIMUM_BYTES) throw new CredentialError('CREDENTIAL_TOO_LARGE', 'The JWT is too long.')
  const jws = readJws(jwt)
  const { kid, typ } = jws.header
  if (typeof typ !== 'string' || !types.includes(typ.replace(/^application\//, '')))
    throw new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', 'The "typ" of the JWT is another.')
  // Version 1.1 lets `kid` be relative to `iss`.
  const id = typeof kid === 'string' && kid.startsWith('#') ? `${String(jws.payload.iss)}${kid}` : kid
  if (typeof id !== 'string') throw new CredentialError('CREDENTIAL_KEY_UNKNOWN', 'The JWT names no key.')
  verifyJws(jws, await resolveKey(id, purpose, resolver))
  return { payload: jws.payload, kid: id }
}

/** Verifies the proof of a document by the key that it names, and returns that key's id. */
export async function verifyDocument(
  document: Record<string, unknown>,
  purpose: ProofPurpose,
  { resolver, now, contexts = BUNDLED_CONTEXTS }: VerifyContext,
): Promise<string> {
  const { verificationMethod, proofPurpose, created, expires } = proofOf(document)
  if (proofPurpose !== purpose)
    throw new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', `The proof is for another purpose than ${purpose}.`)
  if (created !== undefined) readTime(created, 'created')
  if (expires !== undefined && readTime(expires, 'expires') <= now())
    throw new CredentialError('CREDENTIAL_EXPIRED', 'The proof is expired.')
  await verifyProof(document, await resolveKey(verificationMethod, purpose, resolver), contexts)
  return verificationMethod
}

async function resolveKey(id: string, purpose: ProofPurpose, resolver: DidResolver): Promise<MethodKey> {
  try {
    return keyOf(await resolver.resolve(didOf(id)), purpose, id)
  } catch (cause) {
    throw new CredentialError(
      'CREDENTIAL_KEY_UNKNOWN',
      `${id.slice(0, 200)} is no key for ${purpose} that can be had.`,
      {
        cause,
      },
    )
  }
}

/** `nbf` and `exp` of a JWT, in seconds. */
export function checkClaims({ nbf, exp }: Record<string, unknown>, now: number): void {
  for (const time of [nbf, exp])
    if (time !== undefined && typeof time !== 'number')
      throw new CredentialError('CREDENTIAL_MALFORMED', '"nbf" and "exp" of a JWT are numbers.')
  if (nbf !== undefined && (nbf as number) * 1000 > now)
    throw new CredentialError('CREDENTIAL_NOT_YET_VALID', 'The JWT is not valid yet.')
  if (exp !== undefined && (exp as number) * 1000 <= now)
    throw new CredentialError('CREDENTIAL_EXPIRED', 'The JWT is expired.')
}

function checkTime(credential: Credential, now: number): void {
  const from = credential.validFrom ?? credential.issuanceDate
  const until = credential.validUntil ?? credential.expirationDate
  if (from !== undefined && readTime(from, 'validFrom') > now)
    throw new CredentialError('CREDENTIAL_NOT_YET_VALID', `The credential is valid from ${from} on.`)
  if (until !== undefined && readTime(until, 'validUntil') < now)
    throw new CredentialError('CREDENTIAL_EXPIRED', `The credential was valid until ${until}.`)
}

async function checkStatus(
  status: ReturnType<typeof statusesOf>[number],
  issuer: string,
  context: VerifyContext,
): Promise<void> {
  const { statusPurpose: purpose, statusListCredential: url, statusListIndex: index } = status
  if (status.type !== 'BitstringStatusListEntry' || typeof url !== 'string' || !/^\d{1,9}$/.test(String(index)))
    throw new CredentialError('STATUS_LIST_MALFORMED', 'The credentialStatus is no BitstringStatusListEntry.')
  if (!context.statusLists)
    throw new CredentialError('STATUS_LIST_UNAVAILABLE', 'The credential has a status, which cannot be looked up here.')
  if (await readStatus(url, purpose, Number(index), issuer, context, context.statusLists))
    throw purpose === 'suspension'
      ? new CredentialError('CREDENTIAL_SUSPENDED', 'The issuer suspended the credential.')
      : new CredentialError('CREDENTIAL_REVOKED', 'The issuer revoked the credential.')
}

async function readStatus(
  url: string,
  purpose: string | undefined,
  index: number,
  issuer: string,
  context: VerifyContext,
  lists: StatusLists,
): Promise<boolean> {
  const text = Buffer.from(await loadStatusList(url, lists)).toString()
  let secured: unknown = text.trim()
  if (text.trimStart().startsWith('{'))
    try {
      secured = JSON.parse(text)
    } catch (cause) {
      throw new CredentialError('STATUS_LIST_MALFORMED', 'The status list is no JSON.', { cause })
    }
  // A list has no status of its own: there would be no end to it.
  const verified = await verifySecured(secured, context)
  checkTime(verified.credential, context.now())
  const subject = verified.credential.credentialSubject
  if (verified.issuer !== issuer || verified.credential.id !== url)
    throw new CredentialError('STATUS_LIST_MISMATCH', "The status list is not the one of the credential's issuer.")
  if (!isObject(subject) || subject.type !== 'BitstringStatusList' || ![subject.statusPurpose].flat().includes(purpose))
    throw new CredentialError('STATUS_LIST_MALFORMED', `The status list is none for ${String(purpose)}.`)
  return StatusList.decode(subject.encodedList).get(index)
}

export const isStatusPurpose = (purpose: unknown): purpose is StatusPurpose =>
  purpose === 'revocation' || purpose === 'suspension'

/** Throws where an object is longer in JSON than is taken, or nests deeper than the stack. */
export function limitSize(value: object): void {
  let length: number
  try {
    length = JSON.stringify(value).length
  } catch (cause) {
    throw new CredentialError('CREDENTIAL_MALFORMED', 'The document nests too deep.', { cause })
  }
  if (length > MAXIMUM_BYTES) throw new CredentialError('CREDENTIAL_TOO_LARGE', 'The document is too long.')
}

/** Returns `verified` or the coded reason why not; anything else that goes wrong is thrown. */
export async function tryVerify<T>(verify: () => Promise<T>): Promise<{ verified: T } | { error: CodedError }> {
  try {
    return { verified: await verify() }
  } catch (error) {
    if (error instanceof CodedError) return { error }
    throw error
  }
}
