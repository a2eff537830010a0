/**
 * Data Integrity proofs (VC Data Integrity 1.0) of the cryptosuites eddsa-rdfc-2022 and ecdsa-rdfc-2019, the latter with
 * P-256 and P-384. Canonicalisation by jsonld, signatures by node:crypto.
 * @module
 */
import { createHash } from 'node:crypto'
import { base58 } from '@scure/base'
import { algorithmOf, type SignatureAlgorithm, type Signer, verifySignature } from '../jose/signature.ts'
import type { MethodKey } from '../verification-method.ts'
import { type Contexts, canonicalize } from './contexts.ts'
import { CredentialError } from './errors.ts'

export type ProofPurpose = 'assertionMethod' | 'authentication'
export type Cryptosuite = 'eddsa-rdfc-2022' | 'ecdsa-rdfc-2019'

export interface DataIntegrityProof {
  type: 'DataIntegrityProof'
  cryptosuite: Cryptosuite
  /** XSD dateTime. */
  created?: string
  expires?: string
  verificationMethod: string
  proofPurpose: ProofPurpose
  challenge?: string
  domain?: string | string[]
  proofValue: string
  '@context'?: unknown
}

const SUITES: Partial<Record<SignatureAlgorithm, { cryptosuite: Cryptosuite; hash: 'sha256' | 'sha384' }>> = {
  EdDSA: { cryptosuite: 'eddsa-rdfc-2022', hash: 'sha256' },
  ES256: { cryptosuite: 'ecdsa-rdfc-2019', hash: 'sha256' },
  ES384: { cryptosuite: 'ecdsa-rdfc-2019', hash: 'sha384' },
}
/** Longer than any signature in base58, which takes quadratic time. */
const MAXIMUM_PROOF_VALUE = 150

type JsonLd = Record<string, unknown>

export interface ProofOptions extends Pick<DataIntegrityProof, 'proofPurpose' | 'challenge' | 'domain' | 'created'> {
  signer: Signer
  contexts: Contexts
}

/** Returns `document` with a proof, in place of any that it had. Throws {@link CredentialError}. */
export async function addProof<D extends object>(
  document: D,
  { signer, contexts, ...options }: ProofOptions,
): Promise<D & { proof: DataIntegrityProof }> {
  const suite = SUITES[signer.algorithm]
  if (!suite)
    throw new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', `No cryptosuite signs with ${signer.algorithm}.`)
  const { proof: _, ...unsecured } = document as D & { proof?: unknown }
  const config = {
    type: 'DataIntegrityProof' as const,
    cryptosuite: suite.cryptosuite,
    verificationMethod: signer.kid,
    ...options,
  }
  const data = await hashData(unsecured, config, suite.hash, contexts)
  const proof = { ...config, proofValue: `z${base58.encode(await signer.sign(data))}` }
  return { ...(unsecured as D), proof }
}

/** Returns the only proof of a document, its shape checked. Throws {@link CredentialError}. */
export function proofOf(document: JsonLd): DataIntegrityProof {
  const [proof, ...others] = [document.proof].flat() as unknown[]
  const unsupported = (what: string) => new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', `The proof ${what}.`)
  if (typeof proof !== 'object' || proof === null || others.length > 0) throw unsupported('is not one')
  const { type, cryptosuite, verificationMethod, proofPurpose, proofValue } = proof as Partial<DataIntegrityProof>
  if (type !== 'DataIntegrityProof' || (cryptosuite !== 'eddsa-rdfc-2022' && cryptosuite !== 'ecdsa-rdfc-2019'))
    throw unsupported('is of no cryptosuite known here')
  if (typeof verificationMethod !== 'string' || typeof proofPurpose !== 'string') throw unsupported('names no key')
  if (typeof proofValue !== 'string' || proofValue[0] !== 'z' || proofValue.length > MAXIMUM_PROOF_VALUE)
    throw unsupported('has no value in base58btc')
  return proof as DataIntegrityProof
}

/** Checks that `key` made the proof of `document`. Throws {@link CredentialError}. */
export async function verifyProof(document: JsonLd, key: MethodKey, contexts: Contexts): Promise<void> {
  const { proof: _, ...unsecured } = document
  const proof = proofOf(document)
  const { proofValue, '@context': proofContext, ...config } = proof
  // A proof may name the contexts that it was made with: those that the document begins with.
  if (proofContext !== undefined) {
    const [own, all] = [[proofContext].flat(), [document['@context']].flat()]
    if (own.length > all.length || own.some((entry, i) => JSON.stringify(entry) !== JSON.stringify(all[i])))
      throw new CredentialError('CREDENTIAL_SIGNATURE', 'The proof is of a document with other contexts.')
    unsecured['@context'] = proofContext
  }
  const algorithm = algorithmOf(key.curve)
  const suite = SUITES[algorithm]
  if (suite?.cryptosuite !== proof.cryptosuite)
    throw new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', `A ${key.curve} key makes no ${proof.cryptosuite} proof.`)
  let signature: Uint8Array
  try {
    signature = base58.decode(proofValue.slice(1))
  } catch (cause) {
    throw new CredentialError('CREDENTIAL_PROOF_UNSUPPORTED', 'The proof has no value in base58btc.', { cause })
  }
  const data = await hashData(unsecured, config, suite.hash, contexts)
  if (!verifySignature(algorithm, key.key, data, signature))
    throw new CredentialError('CREDENTIAL_SIGNATURE', 'The proof is not that of the key, or the document was altered.')
}

/**
 * What is signed: the hash of the proof's options, then that of the document without its proof. A key of P-384 hashes with
 * SHA-384 within the canonicalisation too (vc-di-ecdsa §3.2).
 */
export async function hashData(
  unsecured: JsonLd,
  config: object,
  hash: 'sha256' | 'sha384',
  contexts: Contexts,
): Promise<Buffer> {
  const digest = async (document: object) =>
    createHash(hash)
      .update(await canonicalize(document, contexts, hash))
      .digest()
  return Buffer.concat([await digest({ '@context': unsecured['@context'], ...config }), await digest(unsecured)])
}
