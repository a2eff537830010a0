/**
 * Grants credentials on chain in the name of an issuer's account: what the account signs, anyone may bring.
 * @module
 */
import type { DeviceKey } from '../key.ts'
import { CredentialError } from './errors.ts'
import { type GrantDomain, grantFor, type SignedGrant, signGrant } from './grant.ts'
import type { CredentialLedger } from './ledger.ts'
import { type Credential, type CredentialStatus, issuerOf } from './model.ts'

export interface GranterOptions extends GrantDomain {
  ledger: CredentialLedger
  /** Of the account that governance lists for the issuer's DID. */
  key: DeviceKey
  /** Milliseconds since the epoch. */
  now: () => number
  /** How long a grant may be brought. */
  lifetimeSeconds: number
}

export class Granter {
  readonly #options: GranterOptions

  constructor(options: GranterOptions) {
    this.#options = options
  }

  /**
   * Returns the grant of a credential that was issued with the bit `status`, under the type `typeName`. Throws
   * {@link CredentialError} where the chain would not take it: the account is not the issuer's, has no such type, or has
   * no list at that URL.
   */
  async grant(
    credential: Credential,
    secured: string | object,
    typeName: string,
    status: CredentialStatus,
  ): Promise<SignedGrant> {
    const { ledger, key, now, lifetimeSeconds, chainId, registry } = this.#options
    const account = key.address
    const issuer = await ledger.issuer(issuerOf(credential))
    if (!issuer?.isListed || issuer.account !== account)
      throw new CredentialError('ISSUER_NOT_LISTED', `Governance does not list ${account} for ${issuerOf(credential)}.`)
    if (!credential.type.includes(typeName) || !(await ledger.hasType(account, typeName)))
      throw new CredentialError('CREDENTIAL_TYPE_UNDEFINED', `The issuer defined no type ${typeName} on chain.`)
    const list = await ledger.list(account, status.statusListCredential!)
    if (list?.purpose !== status.statusPurpose)
      throw new CredentialError('STATUS_LIST_UNANCHORED', 'The list of the credential is not on chain yet: anchor it.')
    const index = Number(status.statusListIndex)
    const options = { account, typeName, list: list!, index, now: now() / 1000, lifetimeSeconds }
    return signGrant(key, { chainId, registry }, grantFor(credential, secured, options))
  }
}
