/**
 * `from_prior`: a DID's last word, by which it names its successor (DIDComm v2.1, "DID Rotation"). A JWT signed by an
 * `authentication` key of the former DID.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { readJws, signJws, verifyJws } from '../jose/jws.ts'
import type { Signer } from '../jose/signature.ts'
import { type DidResolver, didOf } from '../verification-method.ts'
import { DidcommError } from './errors.ts'
import { keyIn, resolveDocument } from './resolve-document.ts'

export interface FromPrior {
  /** The former DID. */
  iss: string
  /** The new one. */
  sub: string
  /** Seconds since the epoch. */
  iat?: number
}

/**
 * All that such a JWT claims. The same keys sign JWTs for other ends, with an issuer and a subject too, and the same `typ`:
 * a credential of version 1.1 about a peer must not make that peer the issuer's successor.
 */
const CLAIMS = new Set(['iss', 'sub', 'iat'])

/** Returns the value of `from_prior`. `signer` is a key of the former DID. */
export const createFromPrior = (sub: string, iat: number, signer: Signer): Promise<string> =>
  signJws({ iss: didOf(signer.kid), sub, iat }, signer, { typ: 'JWT' })

/** Returns what `jwt` says, signed by the former DID. Throws {@link DidcommError} DIDCOMM_FROM_PRIOR. */
export async function verifyFromPrior(
  jwt: string,
  from: string | undefined,
  resolver: DidResolver,
): Promise<FromPrior> {
  try {
    const jws = readJws(jwt)
    const { iss, sub, iat } = jws.payload
    const { kid, typ } = jws.header
    if (typ !== 'JWT' || typeof kid !== 'string' || typeof iss !== 'string' || typeof sub !== 'string')
      throw new DidcommError('DIDCOMM_FROM_PRIOR', '"from_prior" is no JWT with kid, iss and sub.')
    if (Object.keys(jws.payload).some((claim) => !CLAIMS.has(claim)))
      throw new DidcommError('DIDCOMM_FROM_PRIOR', '"from_prior" claims more than who follows whom.')
    if (didOf(kid) !== iss || iss === sub || from === undefined || didOf(from) !== sub)
      throw new DidcommError('DIDCOMM_FROM_PRIOR', '"from_prior" is not of a DID that became the sender.')
    if (iat !== undefined && !Number.isSafeInteger(iat))
      throw new DidcommError('DIDCOMM_FROM_PRIOR', '"iat" of "from_prior" is no time.')
    verifyJws(jws, keyIn(await resolveDocument(resolver, iss), 'authentication', kid))
    return { iss, sub, ...(iat === undefined ? {} : { iat: iat as number }) }
  } catch (cause) {
    if (cause instanceof DidcommError && cause.code === 'DIDCOMM_FROM_PRIOR') throw cause
    if (!(cause instanceof CodedError)) throw cause
    throw new DidcommError('DIDCOMM_FROM_PRIOR', '"from_prior" is not signed by the DID that it names.', { cause })
  }
}
