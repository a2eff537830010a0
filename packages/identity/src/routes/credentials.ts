/**
 * The W3C VC API: verification for all, issuance and presentation for who has the token.
 * @module
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { type CodedError, RequestError } from '@iotex2/protocol/errors'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { CREDENTIALS_V2 } from '../credentials/contexts.ts'
import {
  type CredentialFormat,
  isStatusPurpose,
  issueCredential,
  type SecuredCredential,
  tryVerify,
  type VerifyContext,
  verifyCredential,
} from '../credentials/credential.ts'
import { type Credential, statusesOf } from '../credentials/model.ts'
import { present, verifyPresentation } from '../credentials/presentation.ts'
import type { StatusPurpose } from '../credentials/status-list.ts'
import type { StatusPublisher } from '../credentials/status-publisher.ts'
import type { Signer } from '../jose/signature.ts'
import { didOf } from '../verification-method.ts'

export interface IssuerOptions {
  /** A key of the issuer's, for assertionMethod and authentication. */
  signer: Signer
  /** Bearer token of who may issue. */
  token: string
  statuses: StatusPublisher
}

export interface CredentialRoutesOptions {
  context: VerifyContext
  issuer?: IssuerOptions | undefined
}

const Document = Type.Object({}, { additionalProperties: true })
const Secured = Type.Union([Type.String(), Document])
const Format = Type.Optional(
  Type.Union([Type.Literal('jwt'), Type.Literal('data-integrity')], { description: 'data-integrity by default.' }),
)
const Verification = Type.Object({
  verified: Type.Boolean(),
  problemDetails: Type.Array(Type.Object({ type: Type.String(), title: Type.String(), detail: Type.String() })),
})
/** What the service replies to a request that is none. */
const Refusal = Type.Object({ code: Type.String(), message: Type.String() })
const MALFORMED = new Set(['CREDENTIAL_MALFORMED', 'CREDENTIAL_TOO_LARGE', 'JWS_MALFORMED'])

const problemOf = ({ code, message }: CodedError) => ({
  type: MALFORMED.has(code)
    ? 'https://www.w3.org/TR/vc-data-model#PARSING_ERROR'
    : 'https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR',
  title: code,
  detail: message,
})

/** What cannot be read is the caller's fault; what does not hold is an answer. */
const answer = (result: { verified: unknown } | { error: CodedError }) =>
  'error' in result
    ? {
        status: MALFORMED.has(result.error.code) ? 400 : 200,
        body: { verified: false, problemDetails: [problemOf(result.error)] },
      }
    : { status: 200, body: { verified: true, problemDetails: [] } }

const envelop = (secured: SecuredCredential | object, kind: 'Credential' | 'Presentation'): unknown =>
  typeof secured === 'string'
    ? {
        '@context': CREDENTIALS_V2,
        id: `data:application/${kind === 'Credential' ? 'vc' : 'vp'}+jwt,${secured}`,
        type: `EnvelopedVerifiable${kind}`,
      }
    : secured

function authorize(request: FastifyRequest, token: string): void {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const digest = (text: string) => hash('sha256', text, 'buffer')
  if (!timingSafeEqual(digest(given), digest(token)))
    throw new RequestError(401, 'UNAUTHORIZED', 'Send the issuer’s token: Authorization: Bearer …')
}

/** Throws a RequestError 400 in place of a coded error. */
async function asRequest<T>(run: () => Promise<T>): Promise<T> {
  const result = await tryVerify(run)
  if ('error' in result) throw new RequestError(400, result.error.code, result.error.message)
  return result.verified
}

export const credentialRoutes: FastifyPluginAsync<CredentialRoutesOptions> = async (app, { context, issuer }) => {
  const tags = ['credentials']
  const verification = { 200: Verification, 400: Type.Union([Verification, Refusal]) }

  app.post<{ Body: { verifiableCredential: unknown } }>(
    '/credentials/verify',
    {
      schema: {
        operationId: 'verifyCredential',
        summary: 'Verifies a credential: a JWT, an enveloped one, or one with a proof.',
        tags,
        body: Type.Object({ verifiableCredential: Secured, options: Type.Optional(Document) }),
        response: verification,
      },
    },
    async (request, reply) => {
      const { status, body } = answer(
        await tryVerify(() => verifyCredential(request.body.verifiableCredential, context)),
      )
      return reply.code(status).send(body)
    },
  )

  app.post<{ Body: { verifiablePresentation: unknown; options?: { challenge?: string; domain?: string } } }>(
    '/presentations/verify',
    {
      schema: {
        operationId: 'verifyPresentation',
        summary: 'Verifies a presentation and each credential in it.',
        tags,
        body: Type.Object({
          verifiablePresentation: Secured,
          options: Type.Optional(
            Type.Object({ challenge: Type.Optional(Type.String()), domain: Type.Optional(Type.String()) }),
          ),
        }),
        response: verification,
      },
    },
    async (request, reply) => {
      const { verifiablePresentation, options = {} } = request.body
      const check = () => verifyPresentation(verifiablePresentation, { ...context, ...options })
      const { status, body } = answer(await tryVerify(check))
      return reply.code(status).send(body)
    },
  )

  if (!issuer) return
  const { signer, statuses, token } = issuer
  const security = [{ token: [] }]

  app.post<{
    Body: { credential: Credential; options?: { format?: CredentialFormat; statusPurpose?: StatusPurpose } }
  }>(
    '/credentials/issue',
    {
      preHandler: async (request) => authorize(request, token),
      schema: {
        operationId: 'issueCredential',
        summary: 'Issues a credential, in the name of the issuer of this service.',
        tags,
        security,
        body: Type.Object({
          credential: Document,
          options: Type.Optional(
            Type.Object({
              format: Format,
              statusPurpose: Type.Optional(
                Type.Union([Type.Literal('revocation'), Type.Literal('suspension')], {
                  description: 'Gives the credential a bit in a status list.',
                }),
              ),
            }),
          ),
        }),
        response: { 201: Type.Object({ verifiableCredential: Type.Unknown() }) },
      },
    },
    async (request, reply) => {
      const { credential, options: { format = 'data-integrity', statusPurpose } = {} } = request.body
      const issued = await asRequest(async () => {
        const complete = { ...credential, issuer: credential.issuer ?? didOf(signer.kid) }
        if (statusPurpose) complete.credentialStatus = [...statusesOf(complete), await statuses.allocate(statusPurpose)]
        return issueCredential(complete, { signer, format, now: context.now })
      })
      return reply.code(201).send({ verifiableCredential: envelop(issued, 'Credential') })
    },
  )

  app.post<{ Body: { credentialStatus: Record<string, unknown>; status: boolean } }>(
    '/credentials/status',
    {
      preHandler: async (request) => authorize(request, token),
      schema: {
        operationId: 'updateStatus',
        summary: 'Revokes or suspends a credential. Replies the hash of the list, to be anchored on chain.',
        tags,
        security,
        body: Type.Object({
          credentialId: Type.Optional(Type.String()),
          credentialStatus: Type.Object(
            { statusPurpose: Type.String(), statusListIndex: Type.String({ pattern: '^[0-9]{1,9}$' }) },
            { additionalProperties: true },
          ),
          status: Type.Boolean({ default: true }),
        }),
        response: { 200: Type.Object({ statusListCredential: Type.String(), hash: Type.String() }) },
      },
    },
    async (request) => {
      const { credentialStatus, status } = request.body
      const { statusPurpose: purpose, statusListIndex: index, statusListCredential: url } = credentialStatus
      if (!isStatusPurpose(purpose) || (url !== undefined && url !== statuses.url(purpose)))
        throw new RequestError(400, 'STATUS_LIST_UNKNOWN', 'The status list is none of this service.')
      const listHash = await asRequest(() => statuses.set(purpose, Number(index), status))
      return { statusListCredential: statuses.url(purpose), hash: listHash }
    },
  )

  app.get<{ Params: { purpose: string } }>(
    '/status/:purpose',
    {
      schema: {
        operationId: 'statusList',
        summary: 'A status list, as a JWT.',
        tags,
        params: Type.Object({ purpose: Type.Union([Type.Literal('revocation'), Type.Literal('suspension')]) }),
      },
    },
    async (request, reply) =>
      reply
        .type('application/vc+jwt')
        .send(Buffer.from(await statuses.published(request.params.purpose as StatusPurpose))),
  )

  app.post<{
    Body: {
      presentation: { verifiableCredential: SecuredCredential[] }
      options: { format?: CredentialFormat; challenge: string; domain: string }
    }
  }>(
    '/presentations',
    {
      preHandler: async (request) => authorize(request, token),
      schema: {
        operationId: 'createPresentation',
        summary: 'Presents credentials, in the name of the holder of this service.',
        tags,
        security,
        body: Type.Object({
          presentation: Type.Object({ verifiableCredential: Type.Array(Secured) }, { additionalProperties: true }),
          options: Type.Object({ format: Format, challenge: Type.String(), domain: Type.String() }),
        }),
        response: { 201: Type.Object({ verifiablePresentation: Type.Unknown() }) },
      },
    },
    async (request, reply) => {
      const { presentation, options } = request.body
      const { format = 'data-integrity', challenge, domain } = options
      const presented = await asRequest(() =>
        present(presentation.verifiableCredential, { signer, format, challenge, domain, now: context.now }),
      )
      return reply.code(201).send({ verifiablePresentation: envelop(presented, 'Presentation') })
    },
  )
}
