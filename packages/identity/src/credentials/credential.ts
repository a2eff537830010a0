/**
 * Issues and verifies credentials: as JWT (VC-JOSE-COSE for 2.0, the data model's §6.3.1 for 1.1) and with Data Integrity
 * proofs.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { parseDid } from '../did.ts'
import { documentHash } from '../document.ts'
import { readJws, signJws, verifyJws } from '../jose/jws.ts'
import type { Signer } from '../jose/signature.ts'
import { type DidResolver, didOf, keyOf, type MethodKey } from '../verification-method.ts'
import { BUNDLED_CONTEXTS, type Contexts, DATA_INTEGRITY_V2 } from './contexts.ts'
import { credentialHash } from './credential-hash.ts'
import { addProof, type ProofPurpose, proofOf, verifyProof } from './data-integrity.ts'
import { CredentialError } from './errors.ts'
import type { CredentialLedger, LedgerIssuer, LedgerList } from './ledger.ts'
import {
  type Credential,
  type CredentialStatus,
  isObject,
  issuerOf,
  MAXIMUM_BYTES,
  readCredential,
  readTime,
  statusesOf,
  versionOf,
} from './model.ts'
import { loadStatusList, STATUS_PURPOSES, StatusList, type StatusLists, type StatusPurpose } from './status-list.ts'

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
  /** Where issuers, lists and holdings are on chain. Without it nothing is asked there. */
  ledger?: CredentialLedger
  /** Whether a credential has to be held on chain now; else it is a warning where nobody obtained it. */
  onChain?: boolean
}

/**
 * What is looked at: who signed; the time; the bit in the published list; that this is the list that the issuer anchors
 * on chain, where the bit is clear too; that the ioID holds the credential on chain now.
 */
export type CheckName = 'proof' | 'validity' | 'status' | 'anchor' | 'holding'

/** A credential whose proof holds, and who says so. */
export interface ProvenCredential {
  credential: Credential
  issuer: string
  verificationMethod: string
  /** What the chain names it by. */
  hash: Hex
}

/** A credential that holds. */
export interface VerifiedCredential extends ProvenCredential {
  /** What was looked at. */
  checks: CheckName[]
  /** What a verifier may want to know, and does not have to mind. */
  warnings: CredentialError[]
}

/** All that was found of a credential: it holds where there are no errors. */
export interface Examination {
  /** Undefined where the proof does not hold. */
  proven: ProvenCredential | undefined
  checks: CheckName[]
  warnings: CredentialError[]
  errors: CodedError[]
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
  const { proven, checks, warnings, errors } = await examineCredential(secured, context)
  if (errors[0]) throw errors[0]
  return { ...proven!, checks, warnings }
}

/** Looks at all of a credential. Rejects with what has no code only. */
export async function examineCredential(secured: unknown, context: VerifyContext): Promise<Examination> {
  const found: Examination = { proven: undefined, checks: [], warnings: [], errors: [] }
  const check = async <T>(names: CheckName[], look: () => T | Promise<T>): Promise<T | undefined> => {
    for (const name of names) if (!found.checks.includes(name)) found.checks.push(name)
    const result = await tryVerify(async () => look())
    if ('verified' in result) return result.verified
    found.errors.push(result.error)
    return undefined
  }
  const proven = await check(['proof'], () => verifySecured(secured, context))
  // Nothing that a stranger wrote is asked after.
  if (!proven) return found
  found.proven = proven
  const { credential } = proven
  await check(['validity'], () => checkTime(credential, context.now()))
  const { ledger } = context
  const statuses = statusesOf(credential)
  const issuer = ledger && (await check(['anchor'], () => findIssuer(proven.issuer, ledger, found.warnings)))
  const lists: AnchoredStatus[] = []
  for (const status of statuses) {
    const anchored = await check(ledger ? ['status', 'anchor'] : ['status'], () =>
      checkStatus(status, proven.issuer, context, issuer, found.warnings),
    )
    if (anchored) lists.push(anchored)
  }
  if (ledger && issuer) await check(['holding'], () => checkHolding(proven, issuer, ledger, lists, found, context))
  else if (context.onChain && found.errors.length === 0)
    found.errors.push(new CredentialError('ISSUER_NOT_LISTED', `No chain knows the issuer ${proven.issuer}.`))
  return found
}

/** Verifies who says it, not whether it still holds. */
async function verifySecured(secured: unknown, context: VerifyContext): Promise<ProvenCredential> {
  const jwt = typeof secured === 'string' ? secured : enveloped(secured, 'vc+jwt')
  if (jwt !== undefined) {
    const { payload, kid } = await verifyJwt(jwt, 'assertionMethod', ['vc+jwt', 'JWT'], context)
    const isLegacy = payload.vc !== undefined
    const credential = readCredential(isLegacy ? withClaims(payload) : payload)
    checkClaims(payload, context.now())
    return checkIssuer(credential, kid, jwt)
  }
  if (!isObject(secured)) throw new CredentialError('CREDENTIAL_MALFORMED', 'A credential is a JWT or an object.')
  limitSize(secured)
  const credential = readCredential(secured)
  const kid = await verifyDocument(credential, 'assertionMethod', context)
  const { proof: _, ...unsecured } = credential
  return checkIssuer(unsecured as Credential, kid, secured)
}

function checkIssuer(credential: Credential, kid: string, secured: string | object): ProvenCredential {
  const issuer = issuerOf(credential)
  if (issuer !== didOf(kid))
    throw new CredentialError(
      'CREDENTIAL_ISSUER_MISMATCH',
      `The credential of ${issuer.slice(0, 200)} is not by its key.`,
    )
  return { credential, issuer, verificationMethod: kid, hash: credentialHash(secured) }
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

/** A bit that a credential names, in a list that the chain anchors. */
interface AnchoredStatus {
  list: LedgerList
  index: number
}

/** Returns the issuer on chain. Throws where it was struck off; where it never was there, that is a warning. */
async function findIssuer(
  did: string,
  ledger: CredentialLedger,
  warnings: CredentialError[],
): Promise<LedgerIssuer | undefined> {
  const issuer = await asked(ledger.issuer(did))
  if (!issuer)
    warnings.push(new CredentialError('ISSUER_NOT_LISTED', `Governance lists no issuer ${did.slice(0, 200)}.`))
  if (issuer && !issuer.isListed)
    throw new CredentialError('ISSUER_STRUCK_OFF', `Governance struck off the issuer ${did.slice(0, 200)}.`)
  return issuer
}

/** Returns what the chain answers. Throws {@link CredentialError} LEDGER_UNAVAILABLE. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new CredentialError('LEDGER_UNAVAILABLE', 'The chain does not say what it knows of the credential.', {
      cause,
    })
  }
}

/** Returns the bit on chain, where the chain anchors the list. */
async function checkStatus(
  status: CredentialStatus,
  issuer: string,
  context: VerifyContext,
  onChain: LedgerIssuer | undefined,
  warnings: CredentialError[],
): Promise<AnchoredStatus | undefined> {
  const { statusPurpose: purpose, statusListCredential: url, statusListIndex } = status
  const index = Number(statusListIndex)
  if (
    status.type !== 'BitstringStatusListEntry' ||
    typeof url !== 'string' ||
    !/^\d{1,9}$/.test(String(statusListIndex))
  )
    throw new CredentialError('STATUS_LIST_MALFORMED', 'The credentialStatus is no BitstringStatusListEntry.')
  if (!context.statusLists)
    throw new CredentialError('STATUS_LIST_UNAVAILABLE', 'The credential has a status, which cannot be looked up here.')
  const isSet = () =>
    purpose === 'suspension'
      ? new CredentialError('CREDENTIAL_SUSPENDED', 'The issuer suspended the credential.')
      : new CredentialError('CREDENTIAL_REVOKED', 'The issuer revoked the credential.')

  const { ledger } = context
  const list = ledger && onChain && (await asked(ledger.list(onChain.account, url)))
  if (ledger && onChain && !list)
    warnings.push(
      new CredentialError('STATUS_LIST_UNANCHORED', `The issuer anchors no list of ${url.slice(0, 200)} on chain.`),
    )
  if (list && list.purpose !== purpose)
    throw new CredentialError('STATUS_LIST_MISMATCH', `The chain has the list for ${list.purpose}.`)
  // The chain's bit counts at once, whatever is served.
  if (list && (await asked(ledger!.status(list.id, index)))) throw isSet()

  const bytes = await loadStatusList(url, context.statusLists)
  if (list) await checkAnchor(bytes, list, ledger!)
  if (await readStatus(bytes, url, purpose, index, issuer, context)) throw isSet()
  return list && { list, index }
}

/** Throws where the published bytes are not those that the chain anchors. */
async function checkAnchor(bytes: Uint8Array, list: LedgerList, ledger: CredentialLedger): Promise<void> {
  const hash = documentHash(bytes)
  if (hash === list.hash) return
  const version = await asked(ledger.versionOf(list.id, hash))
  throw version === 0n
    ? new CredentialError('STATUS_LIST_MISMATCH', 'The published status list is not the anchored one.')
    : new CredentialError(
        'STATUS_LIST_OUTDATED',
        `The published status list is version ${version}; the chain anchors ${list.version}.`,
      )
}

/** Throws where the chain has the credential and the device's ioID does not hold it now. */
async function checkHolding(
  { credential, hash }: ProvenCredential,
  { account }: LedgerIssuer,
  ledger: CredentialLedger,
  statuses: readonly AnchoredStatus[],
  found: Pick<Examination, 'warnings'>,
  { onChain }: VerifyContext,
): Promise<void> {
  const device = deviceOf(credential)
  for (const name of credential.type) {
    if (name === 'VerifiableCredential' || !device || !(await asked(ledger.hasType(account, name)))) continue
    const holding = await asked(ledger.holding(device, account, name))
    if (holding?.hash !== hash) continue
    // The grant ties the credential to a bit: it must be the one that the credential names.
    if (!statuses.some(({ list, index }) => list.id === holding.statusList && index === holding.statusIndex))
      throw new CredentialError('STATUS_LIST_MISMATCH', 'The chain ties the credential to another bit than it names.')
    if (!holding.isHeld)
      throw new CredentialError('CREDENTIAL_NOT_HELD', `ioID ${holding.ioID} does not hold the credential now.`)
    return
  }
  const missing = new CredentialError('CREDENTIAL_NOT_OBTAINED', 'No ioID has obtained the credential on chain.')
  if (onChain) throw missing
  found.warnings.push(missing)
}

/** Returns the device of a credential that is about one did:io; else undefined. */
function deviceOf({ credentialSubject: subject }: Credential): Hex | undefined {
  if (!isObject(subject) || typeof subject.id !== 'string' || !subject.id.startsWith('did:io:')) return undefined
  try {
    return parseDid(subject.id)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Whether the bit is set in a published list, which is the issuer's own. */
async function readStatus(
  bytes: Uint8Array,
  url: string,
  purpose: string | undefined,
  index: number,
  issuer: string,
  context: VerifyContext,
): Promise<boolean> {
  const read = await readStatusList(bytes, context)
  if (read.issuer !== issuer || read.url !== url)
    throw new CredentialError('STATUS_LIST_MISMATCH', "The status list is not the one of the credential's issuer.")
  if (!read.purposes.includes(purpose))
    throw new CredentialError('STATUS_LIST_MALFORMED', `The status list is none for ${String(purpose)}.`)
  return read.list.get(index)
}

/** A published status list whose proof holds. */
export interface ReadStatusList {
  url: string
  issuer: string
  purposes: unknown[]
  list: StatusList
}

/** Returns a published list, its proof and time verified. Throws {@link CredentialError}. */
export async function readStatusList(bytes: Uint8Array, context: VerifyContext): Promise<ReadStatusList> {
  const text = Buffer.from(bytes).toString().trim()
  let secured: unknown = text
  if (text.startsWith('{'))
    try {
      secured = JSON.parse(text)
    } catch (cause) {
      throw new CredentialError('STATUS_LIST_MALFORMED', 'The status list is no JSON.', { cause })
    }
  // A list has no status of its own: there would be no end to it.
  const { credential, issuer } = await verifySecured(secured, context)
  checkTime(credential, context.now())
  const { id, credentialSubject: subject } = credential
  if (!isObject(subject) || subject.type !== 'BitstringStatusList' || id === undefined)
    throw new CredentialError('STATUS_LIST_MALFORMED', 'The credential is no status list.')
  const purposes = [subject.statusPurpose].flat()
  return { url: id, issuer, purposes, list: StatusList.decode(subject.encodedList) }
}

export const isStatusPurpose = (purpose: unknown): purpose is StatusPurpose =>
  (STATUS_PURPOSES as readonly unknown[]).includes(purpose)

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
