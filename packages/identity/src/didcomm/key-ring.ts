/**
 * The private keys of one party: for agreement and for signatures, by the DID URLs of their verification methods.
 * @module
 */
import type { KeyObject } from 'node:crypto'
import type { PrivateKeyJwk } from '../jose/jwk.ts'
import { createSigner, type Signer } from '../jose/signature.ts'
import { AgreementKey } from './key-agreement.ts'

export class KeyRing {
  readonly #agreement = new Map<string, AgreementKey>()
  readonly #signers = new Map<string, Signer>()

  /** Adds a key for encryption. Throws JwkError or DidcommError DIDCOMM_ALGORITHM. Returns the ring. */
  addAgreementKey(kid: string, key: KeyObject | PrivateKeyJwk): this {
    this.#agreement.set(kid, new AgreementKey(kid, key))
    return this
  }

  /** Adds a key for signatures: a key, or what signs with one that cannot be read. Returns the ring. */
  addSigner(signer: Signer): this
  addSigner(kid: string, key: KeyObject | PrivateKeyJwk): this
  addSigner(signer: Signer | string, key?: KeyObject | PrivateKeyJwk): this {
    const added = typeof signer === 'string' ? createSigner(signer, key!) : signer
    this.#signers.set(added.kid, added)
    return this
  }

  agreementKey(kid: string): AgreementKey | undefined {
    return this.#agreement.get(kid)
  }

  /** The keys for agreement of one DID, in the order in which they were added. */
  agreementKeys(did: string): AgreementKey[] {
    return [...this.#agreement.values()].filter(({ kid }) => kid.startsWith(`${did}#`))
  }

  signer(kid: string): Signer | undefined {
    return this.#signers.get(kid)
  }

  /** The signers of one DID, in the order in which they were added. */
  signers(did: string): Signer[] {
    return [...this.#signers.values()].filter(({ kid }) => kid.startsWith(`${did}#`))
  }
}
