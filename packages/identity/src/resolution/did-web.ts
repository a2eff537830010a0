/**
 * did:web (W3C CCG): the document lies on a web server, under the DID's name. What it says is the server's word only.
 * @module
 */
import { isIP } from 'node:net'
import type { AnyDidDocument } from '../verification-method.ts'
import { type PublicFetch, PublicFetchError } from '../web/public-fetch.ts'
import { ResolutionError } from './errors.ts'
import type { DidMethod } from './resolution.ts'

/** Returns where the document of a did:web lies. Throws {@link ResolutionError} invalidDid. */
export function didWebUrl(did: string): string {
  const invalid = () => new ResolutionError('invalidDid', `"${did.slice(0, 200)}" names no web server.`)
  const [host, ...path] = did.slice('did:web:'.length).split(':')
  // A port is percent-encoded; anything else that could end the host is not.
  const authority = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?:%3[Aa](\d{1,5}))?$/.exec(host!)
  if (
    !authority ||
    isIP(authority[1]!) !== 0 ||
    !path.every((part) => /^[A-Za-z0-9._~-]+$/.test(part) && !/^\.+$/.test(part))
  )
    throw invalid()
  const port = authority[2] === undefined ? '' : `:${authority[2]}`
  let url: URL
  try {
    url = new URL(`https://${authority[1]}${port}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`)
  } catch {
    throw invalid()
  }
  if (isIP(url.hostname) !== 0) throw invalid()
  return url.href
}

/** Returns the method, by what fetches from the public web only. */
export const didWebMethod = (fetchPublic: PublicFetch): DidMethod => ({
  name: 'web',
  async resolve(did) {
    const url = didWebUrl(did)
    let bytes: Uint8Array
    try {
      bytes = await fetchPublic(url, 'application/did+ld+json, application/did+json, application/json')
    } catch (cause) {
      if (cause instanceof PublicFetchError)
        throw new ResolutionError('notFound', `The document of ${did} cannot be had: ${cause.code}.`, { cause })
      throw cause
    }
    let document: unknown
    try {
      document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch (cause) {
      throw new ResolutionError('notFound', `What lies at ${url} is no DID document.`, { cause })
    }
    if ((document as Partial<AnyDidDocument> | null)?.id !== did)
      throw new ResolutionError('notFound', `What lies at ${url} is not the document of ${did}.`)
    return { document: document as AnyDidDocument, metadata: {} }
  },
})
