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
  examineCredential,
  isStatusPurpose,
  issueCredential,
  type SecuredCredential,
  toDateTime,
  tryVerify,
  type VerifyContext,
} from '../credentials/credential.ts'
import { encodeGrant } from '../credentials/grant.ts'
import type { Granter } from '../credentials/granter.ts'
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
  /** Signs grants, with which holders obtain credentials on chain. Without it none are given. */
  granter?: Granter
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
const Problems = Type.Array(Type.Object({ type: Type.String(), title: Type.String(), detail: Type.String() }))
const Verification = Type.Object({
  verified: Type.Boolean(),
  checks: Type.Array(Type.String(), { description: 'What was looked at: proof, validity, status, anchor, holding …' }),
  warnings: Problems,
  errors: Problems,
  problemDetails: Problems,
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

/** What a verification found. */
interface Findings {
  checks: readonly string[]
  warnings: readonly CodedError[]
  errors: readonly CodedError[]
}

/** What cannot be read is the caller's fault; what does not hold is an answer. */
function answer({ checks, warnings, errors }: Findings) {
  const problemDetails = errors.map(problemOf)
  return {
    status: errors.some(({ code }) => MALFORMED.has(code)) ? 400 : 200,
    body: {
      verified: errors.length === 0,
      checks,
      warnings: warnings.map(problemOf),
      errors: problemDetails,
      problemDetails,
    },
  }
}

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

/** What the caller cannot mend. */
const UNAVAILABLE = new Set(['STATUS_LIST_UNANCHORED', 'LEDGER_UNAVAILABLE'])

/** Throws a RequestError 400 in place of a coded error; 503 where the chain is to blame. */
async function asRequest<T>(run: () => Promise<T>): Promise<T> {
  const result = await tryVerify(run)
  if ('verified' in result) return result.verified
  const { code, message } = result.error
  throw new RequestError(UNAVAILABLE.has(code) ? 503 : 400, code, message)
}

export const credentialRoutes: FastifyPluginAsync<CredentialRoutesOptions> = async (app, { context, issuer }) => {
  const tags = ['credentials']
  const verification = { 200: Verification, 400: Type.Union([Verification, Refusal]) }

  app.post<{ Body: { verifiableCredential: unknown; options?: { onChain?: boolean } } }>(
    '/credentials/verify',
    {
      schema: {
        operationId: 'verifyCredential',
        summary: 'Verifies a credential: a JWT, an enveloped one, or one with a proof.',
        tags,
        body: Type.Object({
          verifiableCredential: Secured,
          options: Type.Optional(
            Type.Object(
              {
                onChain: Type.Optional(
                  Type.Boolean({
                    description: 'Whether its ioID has to hold it on chain now. Else that is a warning.',
                  }),
                ),
              },
              { additionalProperties: true },
            ),
          ),
        }),
        response: verification,
      },
    },
    async (request, reply) => {
      const { verifiableCredential, options: { onChain = false } = {} } = request.body
      const { status, body } = answer(await examineCredential(verifiableCredential, { ...context, onChain }))
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
      const result = await tryVerify(() => verifyPresentation(verifiablePresentation, { ...context, ...options }))
      const { status, body } = answer(
        'error' in result
          ? { checks: ['proof'], warnings: [], errors: [result.error] }
          : {
              checks: ['proof', 'challenge', 'domain', 'credentials'],
              warnings: result.verified.credentials.flatMap(({ warnings }) => warnings),
              errors: [],
            },
      )
      return reply.code(status).send(body)
    },
  )

  if (!issuer) return
  const { signer, statuses, token, granter } = issuer
  const security = [{ token: [] }]

  app.post<{
    Body: {
      credential: Credential
      options?: { format?: CredentialFormat; statusPurpose?: StatusPurpose; obtainableAs?: string }
    }
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
              obtainableAs: Type.Optional(
                Type.String({
                  pattern: '^[A-Z][A-Za-z0-9]*$',
                  description:
                    'The type, of those in the credential, which its device is to obtain on chain. The reply has a grant then, which anyone brings there.',
                }),
              ),
            }),
          ),
        }),
        response: {
          201: Type.Object({ verifiableCredential: Type.Unknown(), grant: Type.Optional(Type.Unknown()) }),
        },
      },
    },
    async (request, reply) => {
      const { credential, options: { format = 'data-integrity', statusPurpose, obtainableAs } = {} } = request.body
      if (obtainableAs !== undefined && (!granter || !statusPurpose))
        throw new RequestError(
          400,
          'GRANT_UNAVAILABLE',
          granter ? 'obtainableAs goes with a statusPurpose.' : 'This service has no account on chain.',
        )
      const issued = await asRequest(async () => {
        const complete = { ...credential, issuer: credential.issuer ?? didOf(signer.kid) }
        // A time of its own, which the grant names too.
        if (obtainableAs !== undefined) complete.validFrom ??= toDateTime(context.now())
        const entry = statusPurpose && (await statuses.allocate(statusPurpose))
        if (entry) complete.credentialStatus = [...statusesOf(complete), entry]
        const secured = await issueCredential(complete, { signer, format, now: context.now })
        const grant =
          obtainableAs === undefined ? undefined : await granter!.grant(complete, secured, obtainableAs, entry!)
        return { secured, grant }
      })
      return reply.code(201).send({
        verifiableCredential: envelop(issued.secured, 'Credential'),
        ...(issued.grant ? { grant: encodeGrant(issued.grant) } : {}),
      })
    },
  )

  app.post<{ Body: { credentialStatus: Record<string, unknown>; status: boolean } }>(
    '/credentials/status',
    {
      preHandler: async (request) => authorize(request, token),
      schema: {
        operationId: 'updateStatus',
        summary: 'Revokes or suspends a credential. Replies the hash of the published list, which the chain anchors.',
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
