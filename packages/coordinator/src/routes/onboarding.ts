/**
 * Hands the onboarding portal's requests to the identity service, so that the page speaks with one origin only.
 * @module
 */
import { RequestError } from '@iotex2/protocol/errors'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { Type } from 'typebox'

/** How long the identity service may take: it may have to reach an IPFS node or a bucket. */
const TIMEOUT_MS = 15_000
/** As the identity service has it. */
const MAXIMUM_DOCUMENT_BYTES = 1 << 16
const DOCUMENT_TYPES = ['application/did', 'application/did+json', 'application/did+ld+json']
/** Headers of the service's that count for who reads a document. */
const PASSED_ON = [
  'content-type',
  'cache-control',
  'access-control-allow-origin',
  'cross-origin-resource-policy',
  'x-content-type-options',
]

export interface OnboardingRouteOptions {
  /** Without it there is no portal here. */
  identityUrl?: string | undefined
}

/** GET /v1/onboarding, PUT and GET /v1/documents. */
export const onboardingRoutes: FastifyPluginAsync<OnboardingRouteOptions> = async (app, { identityUrl }) => {
  async function handOn(reply: FastifyReply, path: string, init: RequestInit = {}): Promise<FastifyReply> {
    if (identityUrl === undefined)
      throw new RequestError(
        404,
        'ONBOARDING_OFF',
        'Devices are not onboarded here: the operator set no identity service.',
      )
    let response: Response
    let body: ArrayBuffer
    try {
      response = await fetch(`${identityUrl.replace(/\/$/, '')}${path}`, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      body = await response.arrayBuffer()
    } catch (error) {
      reply.log.warn({ error }, 'the identity service does not answer')
      throw new RequestError(502, 'IDENTITY_UNREACHABLE', 'The identity service does not answer: try again.')
    }
    for (const name of PASSED_ON) {
      const value = response.headers.get(name)
      if (value !== null) void reply.header(name, value)
    }
    return reply.code(response.status).send(Buffer.from(body))
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    DOCUMENT_TYPES,
    { parseAs: 'buffer', bodyLimit: MAXIMUM_DOCUMENT_BYTES },
    (_request, body, done) => done(null, body),
  )
  app.get('/v1/onboarding', (_request, reply) => handOn(reply, '/v1/onboarding'))
  app.put<{ Params: { hash: string }; Querystring: { store: string }; Body: Buffer | undefined }>(
    '/v1/documents/:hash',
    {
      schema: {
        params: Type.Object({ hash: Type.String({ pattern: '^0x[0-9a-f]{64}$' }) }),
        querystring: Type.Object({ store: Type.String({ pattern: '^[a-z0-9-]{1,32}$' }) }),
      },
    },
    ({ params, query, headers, body }, reply) =>
      handOn(reply, `/v1/documents/${params.hash}?store=${query.store}`, {
        method: 'PUT',
        headers: { 'content-type': headers['content-type'] ?? DOCUMENT_TYPES[0]! },
        body: Uint8Array.from(body ?? []),
      }),
  )
  app.get<{ Params: { name: string } }>(
    '/v1/documents/:name',
    { schema: { params: Type.Object({ name: Type.String({ pattern: '^0x[0-9a-f]{64}\\.json$' }) }) } },
    ({ params }, reply) => handOn(reply, `/v1/documents/${params.name}`),
  )
}
