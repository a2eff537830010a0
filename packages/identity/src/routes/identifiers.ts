/**
 * A driver of DIF's Universal Resolver (DID Resolution, HTTP binding).
 * @module
 */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { RESOLUTION_STATUS, ResolutionError } from '../resolution/errors.ts'
import type { DocumentMetadata, MultiResolver, ResolveOptions } from '../resolution/resolution.ts'

const RESULT = 'application/did-resolution'
const RESULT_PROFILE = 'application/ld+json;profile="https://w3id.org/did-resolution"'
const DID_LD_JSON = 'application/did+ld+json'
const DID_JSON = 'application/did+json'
/** DID Core 1.1 has one media type for both. */
const DID = 'application/did'

type Representation = typeof RESULT | typeof RESULT_PROFILE | typeof DID_LD_JSON | typeof DID_JSON | typeof DID

/** Media types of the Accept header, most wanted first. */
function accepted(header: string): string[] {
  return header
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((entry) => {
      const [type, ...parameters] = entry.split(';').map((part) => part.trim())
      const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1)
      const profile = parameters
        .find((part) => part.startsWith('profile='))
        ?.slice(8)
        .replace(/"/g, '')
      return { type: `${type!.toLowerCase()}${profile === undefined ? '' : `;${profile}`}`, quality }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ type }) => type)
}

/** Returns what to answer with. Throws {@link ResolutionError} representationNotSupported. */
function negotiate(header: string | undefined): Representation {
  for (const type of accepted(header || '*/*')) {
    if (type === RESULT) return RESULT
    if (type === 'application/ld+json;https://w3id.org/did-resolution') return RESULT_PROFILE
    if (type === DID_LD_JSON || type === 'application/ld+json') return DID_LD_JSON
    if (type === DID_JSON || type === 'application/json') return DID_JSON
    if (type === DID) return DID
    if (type === '*/*' || type === 'application/*') return RESULT_PROFILE
  }
  throw new ResolutionError('representationNotSupported', 'Ask for application/did+ld+json or application/did+json.')
}

/** The DID as it stands in the path: its own percent-encoding is a part of it. */
function didOfPath(request: FastifyRequest): string {
  const segment = request.raw.url!.split('?', 1)[0]!.split('/').at(-1)!
  if (segment.startsWith('did:')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const Metadata = Type.Object({}, { additionalProperties: true })
const ResolutionResult = Type.Object({
  '@context': Type.Optional(Type.String()),
  didDocument: Type.Unknown(),
  didResolutionMetadata: Metadata,
  didDocumentMetadata: Metadata,
})

const result = (didDocument: unknown, resolutionMetadata: object, metadata: DocumentMetadata) =>
  JSON.stringify({
    '@context': 'https://w3id.org/did-resolution/v1',
    didDocument,
    didResolutionMetadata: resolutionMetadata,
    didDocumentMetadata: metadata,
  })

/** GET /1.0/identifiers/:did and GET /1.0/methods. */
export const identifierRoutes: FastifyPluginAsync<{ resolver: MultiResolver }> = async (app, { resolver }) => {
  app.get<{ Params: { did: string }; Querystring: ResolveOptions }>(
    '/1.0/identifiers/:did',
    {
      schema: {
        operationId: 'resolve',
        summary: 'Resolves a DID. By Accept: the document, or the whole resolution result.',
        tags: ['resolver'],
        params: Type.Object({ did: Type.String({ description: 'A DID of method io, key or web.' }) }),
        querystring: Type.Object({
          versionId: Type.Optional(Type.String({ maxLength: 100 })),
          versionTime: Type.Optional(Type.String({ maxLength: 100 })),
        }),
        produces: [RESULT_PROFILE, RESULT, DID_LD_JSON, DID_JSON, DID],
        response: {
          200: { description: 'The document, or the resolution result.', ...ResolutionResult },
          400: { description: 'invalidDid', ...ResolutionResult },
          404: { description: 'notFound', ...ResolutionResult },
          406: { description: 'representationNotSupported', ...ResolutionResult },
          410: { description: 'deactivated', ...ResolutionResult },
          500: { description: 'internalError or invalidDidDocument', ...ResolutionResult },
          501: { description: 'methodNotSupported', ...ResolutionResult },
        },
      },
      // What is sent is printed already; a document is sent as it was stored.
      serializerCompiler: () => (data) => data as string,
    },
    async (request, reply) => {
      void reply.header('vary', 'accept')
      try {
        const representation = negotiate(request.headers.accept)
        const resolved = await resolver.resolveWithMetadata(didOfPath(request), request.query)
        const { document, metadata } = resolved
        if (representation === RESULT || representation === RESULT_PROFILE)
          return reply.type(representation).send(result(document, { contentType: DID_LD_JSON }, metadata))
        const body = resolved.bytes ? Buffer.from(resolved.bytes).toString() : JSON.stringify(document)
        return reply.type(representation).send(body)
      } catch (error) {
        if (!(error instanceof ResolutionError)) throw error
        if (error.status >= 500) request.log.warn({ error }, 'a DID did not resolve')
        const problem = { type: `https://www.w3.org/ns/did#${error.code}`, title: error.code, detail: error.message }
        return reply
          .code(RESOLUTION_STATUS[error.code])
          .type(RESULT_PROFILE)
          .send(result(null, { error: error.code, problemDetails: problem }, error.metadata))
      }
    },
  )

  app.get(
    '/1.0/methods',
    {
      schema: {
        operationId: 'methods',
        summary: 'The DID methods that are resolved here.',
        tags: ['resolver'],
        response: { 200: Type.Array(Type.String()) },
      },
    },
    async () => resolver.methods,
  )
}
