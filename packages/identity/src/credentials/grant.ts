/**
 * An issuer's grant (EIP-712, ICredentialRegistry): with it anyone has the ioID of a device obtain a credential on chain, for
 * what the type burns.
 * @module
 */
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { TypedDataEncoder } from 'ethers'
import { parseDid } from '../did.ts'
import type { DeviceKey } from '../key.ts'
import { credentialHash } from './credential-hash.ts'
import { CredentialError } from './errors.ts'
import { credentialTypeId, type LedgerList } from './ledger.ts'
import { type Credential, isObject, readTime } from './model.ts'

/** As CredentialRegistry takes it. Times are in seconds of the chain's clock. */
export interface Grant {
  device: Hex
  credentialType: Hex
  hash: Hex
  statusList: bigint
  statusIndex: bigint
  validFrom: bigint
  /** 0 for no end. */
  validUntil: bigint
  deadline: bigint
}

/** Where a grant counts. */
export interface GrantDomain {
  chainId: bigint
  /** Address of CredentialRegistry. */
  registry: Hex
}

/** A grant as an issuer hands it over. */
export interface SignedGrant extends GrantDomain {
  grant: Grant
  signature: Hex
}

const TYPES = {
  Grant: [
    { name: 'device', type: 'address' },
    { name: 'credentialType', type: 'bytes32' },
    { name: 'hash', type: 'bytes32' },
    { name: 'statusList', type: 'uint256' },
    { name: 'statusIndex', type: 'uint256' },
    { name: 'validFrom', type: 'uint64' },
    { name: 'validUntil', type: 'uint64' },
    { name: 'deadline', type: 'uint256' },
  ],
}

/** Returns the digest that the issuer's account signs. */
export const grantHash = ({ chainId, registry }: GrantDomain, grant: Grant): Hex =>
  TypedDataEncoder.hash(
    { name: 'ioIDCredentials', version: '1', chainId, verifyingContract: registry },
    TYPES,
    grant,
  ) as Hex

/** Returns `grant` signed by the issuer's account: r ‖ s ‖ v. */
export function signGrant(key: DeviceKey, domain: GrantDomain, grant: Grant): SignedGrant {
  const { r, s, v } = key.signRecoverable(Buffer.from(grantHash(domain, grant).slice(2), 'hex'))
  return { ...domain, grant, signature: `${r}${s.slice(2)}${v.toString(16)}` }
}

export interface GrantOptions {
  /** The account that governance lists for the issuer's DID. */
  account: Hex
  /** The type that the account defined. */
  typeName: string
  list: Pick<LedgerList, 'id'>
  index: number
  /** Seconds since the epoch. */
  now: number
  /** How long the grant may be brought. */
  lifetimeSeconds: number
}

/**
 * How far the chain's clock may be behind the issuer's: a credential that has begun is held as soon as it is obtained.
 * One that begins later is held from then on.
 */
const CLOCK_TOLERANCE_SECONDS = 60

/**
 * Returns the grant for a credential that was issued. Throws {@link CredentialError} where its subject is no device's, or
 * DidError.
 */
export function grantFor(
  credential: Credential,
  secured: string | object,
  { account, typeName, list, index, now, lifetimeSeconds }: GrantOptions,
): Grant {
  const subject = credential.credentialSubject
  if (!isObject(subject) || typeof subject.id !== 'string')
    throw new CredentialError('CREDENTIAL_MALFORMED', 'A credential that is to be obtained is about one device.')
  const seconds = (time: string | undefined) => (time === undefined ? 0 : Math.floor(readTime(time, 'validity') / 1000))
  const begin = seconds(credential.validFrom ?? credential.issuanceDate)
  return {
    device: parseDid(subject.id),
    credentialType: credentialTypeId(account, typeName),
    hash: credentialHash(secured),
    statusList: list.id,
    statusIndex: BigInt(index),
    validFrom: BigInt(Math.max(0, begin <= now ? begin - CLOCK_TOLERANCE_SECONDS : begin)),
    validUntil: BigInt(seconds(credential.validUntil ?? credential.expirationDate)),
    deadline: BigInt(Math.floor(now) + lifetimeSeconds),
  }
}

/** Returns the JSON of a grant, numbers as decimal text. */
export const encodeGrant = ({ chainId, registry, grant, signature }: SignedGrant): object => ({
  chainId: chainId.toString(),
  registry,
  grant: Object.fromEntries(Object.entries(grant).map(([name, value]) => [name, String(value)])),
  signature,
})

/** Returns the grant in JSON. Throws {@link CredentialError} GRANT_MALFORMED. */
export function decodeGrant(json: unknown): SignedGrant {
  const malformed = () => new CredentialError('GRANT_MALFORMED', 'That is no grant as iotex2 vc issue writes it.')
  if (!isObject(json) || !isObject(json.grant)) throw malformed()
  const { chainId, registry, grant, signature } = json as { [name: string]: unknown; grant: Record<string, unknown> }
  const number = (value: unknown): bigint => {
    if (typeof value !== 'string' || !/^[0-9]{1,77}$/.test(value)) throw malformed()
    return BigInt(value)
  }
  const hex = (value: unknown, byteLength: number): Hex => {
    if (!isHex(value, byteLength)) throw malformed()
    return value
  }
  return {
    chainId: number(chainId),
    registry: hex(registry, 20),
    grant: {
      device: hex(grant.device, 20),
      credentialType: hex(grant.credentialType, 32),
      hash: hex(grant.hash, 32),
      statusList: number(grant.statusList),
      statusIndex: number(grant.statusIndex),
      validFrom: number(grant.validFrom),
      validUntil: number(grant.validUntil),
      deadline: number(grant.deadline),
    },
    // A contract wallet's signature has any length.
    signature: isHex(signature) ? signature : hex(signature, 65),
  }
}
