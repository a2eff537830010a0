/**
 * Credentials and presentations of the W3C Verifiable Credentials Data Model, versions 2.0 and 1.1.
 * @module
 */
import { CREDENTIALS_V1, CREDENTIALS_V2 } from './contexts.ts'
import { CredentialError } from './errors.ts'

export interface CredentialStatus {
  id?: string
  type: string
  statusPurpose?: string
  statusListIndex?: string
  statusListCredential?: string
}

export interface Credential {
  '@context': unknown[]
  id?: string
  type: string[]
  issuer: string | { id: string; [name: string]: unknown }
  validFrom?: string
  validUntil?: string
  /** Of version 1.1, as validFrom and validUntil are of 2.0. */
  issuanceDate?: string
  expirationDate?: string
  credentialSubject: unknown
  credentialStatus?: CredentialStatus | CredentialStatus[]
  [name: string]: unknown
}

export interface Presentation {
  '@context': unknown[]
  id?: string
  type: string[]
  holder?: string | { id: string }
  verifiableCredential?: unknown
  [name: string]: unknown
}

/** Bytes of a credential or presentation in JSON. */
export const MAXIMUM_BYTES = 1 << 20

/** Each may cost a verifier a request: a credential must not be a way to make many. */
const MAXIMUM_STATUSES = 4

const DATE_TIME = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/

const malformed = (what: string): CredentialError => new CredentialError('CREDENTIAL_MALFORMED', `${what}.`)

/** Which version of the data model a document is of: its first context says. Throws {@link CredentialError}. */
export function versionOf(document: { '@context'?: unknown }): 1 | 2 {
  const [first] = [document['@context']].flat()
  if (first === CREDENTIALS_V2) return 2
  if (first === CREDENTIALS_V1) return 1
  throw malformed('The first context is neither that of credentials v2 nor v1')
}

/** Returns the credential in `value`, its shape checked. Throws {@link CredentialError}. */
export function readCredential(value: unknown): Credential {
  const credential = readTyped(value, 'VerifiableCredential') as Credential
  if (!isId(issuerOf(credential))) throw malformed('A credential has an issuer')
  const subjects = [credential.credentialSubject].flat()
  if (subjects.length === 0 || !subjects.every(isObject)) throw malformed('A credential says something of a subject')
  for (const name of ['validFrom', 'validUntil', 'issuanceDate', 'expirationDate'])
    if (credential[name] !== undefined) readTime(credential[name], name)
  if (versionOf(credential) === 1 && credential.issuanceDate === undefined)
    throw malformed('A credential of version 1.1 has an issuanceDate')
  if (statusesOf(credential).length > MAXIMUM_STATUSES)
    throw new CredentialError('CREDENTIAL_TOO_LARGE', `A credential has ${MAXIMUM_STATUSES} statuses at most.`)
  for (const status of statusesOf(credential))
    if (!isObject(status) || typeof status.type !== 'string') throw malformed('A credentialStatus has a type')
  return credential
}

/** Returns the presentation in `value`, its shape checked. Throws {@link CredentialError}. */
export function readPresentation(value: unknown): Presentation {
  const presentation = readTyped(value, 'VerifiablePresentation') as Presentation
  if (presentation.holder !== undefined && !isId(holderOf(presentation))) throw malformed('A holder has an id')
  return presentation
}

function readTyped(value: unknown, type: string): Record<string, unknown> {
  if (!isObject(value)) throw malformed('Expected a JSON object')
  versionOf(value)
  if (![value.type].flat().includes(type)) throw malformed(`Its type is not ${type}`)
  return value
}

/** Returns an XSD dateTime in milliseconds. Throws {@link CredentialError}. */
export function readTime(value: unknown, name: string): number {
  const time = typeof value === 'string' && DATE_TIME.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) throw malformed(`"${name}" is no dateTime`)
  return time
}

export const issuerOf = ({ issuer }: Credential): string =>
  typeof issuer === 'string' ? issuer : ((issuer as { id: string } | undefined)?.id ?? '')

export const holderOf = ({ holder }: Presentation): string | undefined =>
  typeof holder === 'string' ? holder : holder?.id

export const statusesOf = ({ credentialStatus }: Credential): CredentialStatus[] =>
  credentialStatus === undefined ? [] : [credentialStatus].flat()

const isId = (value: unknown): boolean => typeof value === 'string' && value.includes(':')

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
