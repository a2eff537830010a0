/**
 * The JSON-LD contexts that credentials may name. They are bundled: a verifier that fetched them could be told to call
 * anyone, and what a signature means would be theirs to say.
 * @module
 */
import { contexts as credentialsContexts } from '@digitalbazaar/credentials-context'
import dataIntegrityContext from '@digitalbazaar/data-integrity-context'
import jsonld from 'jsonld'
import { CredentialError } from './errors.ts'

export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2'
export const CREDENTIALS_V1 = 'https://www.w3.org/2018/credentials/v1'
export const DATA_INTEGRITY_V2 = 'https://w3id.org/security/data-integrity/v2'

/** Contexts by URL. */
export type Contexts = ReadonlyMap<string, object>

/** W3C's credentials v1 and v2, and Data Integrity. An application adds its own. */
export const BUNDLED_CONTEXTS: Contexts = new Map([...credentialsContexts, ...dataIntegrityContext.contexts])

/** Keywords of a value object: a text with its language. No other keyword has a term's place. */
const VALUE_KEYWORDS = new Set(['@context', '@value', '@language', '@direction'])

/**
 * Refuses documents that say the same under other names. The signature covers statements, not how their members are
 * called, or where they stand: whoever could choose that could rename the end of a credential, or its status, so that
 * nobody who reads members finds it.
 *
 * - A context is named by its URL, and bundled: one that is written out could rename a signed member, or hide an unsigned
 *   one.
 * - A member is named by a term: not by its IRI, which means the same, nor by a keyword that nests or includes.
 * - The document's own node is described in one place.
 */
function refuseOtherNames(document: object): void {
  const { id } = document as { id?: unknown }
  if (typeof id === 'string' && id.startsWith('_:')) throw malformed('A document is not named by a blank node.')
  const pending: unknown[] = [document]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    const members = value as { '@context'?: unknown; id?: unknown }
    const context = members['@context']
    if (context !== undefined && ![context].flat().every((entry) => typeof entry === 'string'))
      throw new CredentialError('CREDENTIAL_CONTEXT_UNKNOWN', 'A context is named by its URL, not written out.')
    if (!Array.isArray(value)) {
      const names = Object.keys(value)
      if (names.some((name) => name.includes(':') || (name.startsWith('@') && !VALUE_KEYWORDS.has(name))))
        throw new CredentialError(
          'CREDENTIAL_TERM_UNDEFINED',
          'A member is named by a term, not by an IRI or a keyword.',
        )
      if (value !== document && id !== undefined && members.id === id && names.length > 1)
        throw malformed('A document is described in one place.')
    }
    pending.push(...Object.values(value))
  }
}

const malformed = (what: string): CredentialError => new CredentialError('CREDENTIAL_MALFORMED', what)

/**
 * Returns the canonical N-Quads of a JSON-LD document (RDFC-1.0), whose every member some context defines. `hash` is what
 * RDFC-1.0 tells blank nodes apart by. Work is limited by rdf-canonize. Throws {@link CredentialError}.
 */
export async function canonicalize(
  document: object,
  contexts: Contexts,
  hash: 'sha256' | 'sha384' = 'sha256',
): Promise<string> {
  refuseOtherNames(document)
  let unknown: string | undefined
  try {
    return await jsonld.canonize(document, {
      canonizeOptions: { algorithm: 'RDFC-1.0', messageDigestAlgorithm: hash },
      safe: true,
      documentLoader: async (url) => {
        const context = contexts.get(url)
        if (context) return { contextUrl: null, documentUrl: url, document: context }
        unknown = url
        throw new RangeError(url)
      },
    })
  } catch (cause) {
    if (unknown !== undefined)
      throw new CredentialError('CREDENTIAL_CONTEXT_UNKNOWN', `The context ${unknown.slice(0, 200)} is not bundled.`, {
        cause,
      })
    if ((cause as { name?: string }).name === 'jsonld.ValidationError')
      throw new CredentialError(
        'CREDENTIAL_TERM_UNDEFINED',
        'The document has members that no context of it defines.',
        {
          cause,
        },
      )
    throw new CredentialError('CREDENTIAL_MALFORMED', 'The document is no JSON-LD that can be canonicalised.', {
      cause,
    })
  }
}
