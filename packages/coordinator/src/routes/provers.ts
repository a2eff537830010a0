/**
 * For provers, signed by each: `GET /v1/provers/:address/task`, `POST /v1/provers/:address/proof`.
 * @module
 */
import { RequestError } from '@iotex2/protocol/errors'
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { ProverResult } from '@iotex2/protocol/prover-task'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Value } from 'typebox/value'
import type { ProofDesk } from '../proofs.ts'
import { authenticateProver } from '../prover-authentication.ts'

export interface ProverRouteOptions {
  proofs: ProofDesk
  /** Milliseconds since the epoch. */
  now: () => number
}

type Route = { Params: { address: string }; Body: string | undefined }

export const proverRoutes: FastifyPluginAsync<ProverRouteOptions> = async (app, { proofs, now }) => {
  // The signature is over the body as it was sent.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  const authenticated = (request: FastifyRequest<Route>): Hex => {
    const prover = request.params.address.toLowerCase()
    if (!isHex(prover, 20)) throw new RequestError(400, 'REQUEST_MALFORMED', 'The path must name a prover’s address.')
    const { method, url: path, headers, body = '' } = request
    authenticateProver(prover, { method, path, body }, headers, now())
    return prover
  }

  app.get<Route>('/v1/provers/:address/task', async (request, reply) => {
    const task = await proofs.taskOf(authenticated(request))
    return task ?? reply.code(204).send()
  })

  app.post<Route>('/v1/provers/:address/proof', async (request) => {
    const prover = authenticated(request)
    const result = parseResult(request.body)
    await proofs.submit(prover, result)
    return { taskId: result.taskId }
  })
}

function parseResult(body: string | undefined): ProverResult {
  let json: unknown
  try {
    json = JSON.parse(body ?? '')
  } catch {
    throw new RequestError(400, 'PROOF_MALFORMED', 'The body is no JSON.')
  }
  const first = Value.Errors(ProverResult, json)[0]
  if (first) throw new RequestError(400, 'PROOF_MALFORMED', `${first.instancePath || '/'} ${first.message}.`)
  return json as ProverResult
}
