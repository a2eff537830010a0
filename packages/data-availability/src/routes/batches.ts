/**
 * GET /v1/batches, /v1/batches/:id, /v1/batches/:id/proofs/:index and /v1/messages/:taskId/proof. Large integers are
 * decimal strings; hashes and addresses are hexadecimal.
 * @module
 */
import { RequestError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Reading } from '@iotex2/protocol/reading'
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { type Batch, findBatch, listBatches, locateMessage, proveReading, type ReadingProof } from '../batches.ts'
import type { Store } from '../store.ts'

const HASH = { pattern: '^0x[0-9a-fA-F]{64}$' }
const ListQuery = Type.Object({
  state: Type.Optional(Type.Enum(['packed', 'assigned', 'proved', 'settled', 'failed'])),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  before: Type.Optional(Type.String(HASH)),
})
const BatchParams = Type.Object({ id: Type.String(HASH) })
const ProofParams = Type.Object({ id: Type.String(HASH), index: Type.Integer({ minimum: 0, maximum: 65535 }) })
const MessageParams = Type.Object({ taskId: Type.String(HASH) })

const notFound = (what: string): never => {
  throw new RequestError(404, 'NOT_FOUND', `No such ${what}.`)
}

export const batchRoutes =
  (store: Store): FastifyPluginAsync =>
  async (app) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/v1/batches',
      { schema: { querystring: ListQuery } },
      async ({ query }) => {
        const batches = await listBatches(store, query)
        const next = batches.length === query.limit ? batches.at(-1)!.id : null
        return { batches: batches.map(batchJson), next }
      },
    )
    app.get<{ Params: Static<typeof BatchParams> }>(
      '/v1/batches/:id',
      { schema: { params: BatchParams } },
      async ({ params }) => {
        const found = (await findBatch(store, params.id)) ?? notFound('batch')
        return { ...batchJson(found.batch), readings: found.readings.map(readingJson) }
      },
    )
    app.get<{ Params: Static<typeof ProofParams> }>(
      '/v1/batches/:id/proofs/:index',
      { schema: { params: ProofParams } },
      async ({ params }) => proofJson((await proveReading(store, params.id, params.index)) ?? notFound('leaf')),
    )
    app.get<{ Params: Static<typeof MessageParams> }>(
      '/v1/messages/:taskId/proof',
      { schema: { params: MessageParams } },
      async ({ params }) => {
        const place = (await locateMessage(store, params.taskId as Hex)) ?? notFound('message')
        if (place.batchId === null || place.index === null)
          throw new RequestError(409, 'MESSAGE_WAITING', 'The message is not in a batch yet: ask again.')
        return proofJson((await proveReading(store, place.batchId, place.index)) ?? notFound('leaf'))
      },
    )
  }

const batchJson = (batch: Batch) => ({
  id: batch.id,
  chainId: batch.chain_id.toString(),
  projectId: batch.project_id.toString(),
  root: batch.root,
  parameters: batch.parameters,
  profile: batch.profile,
  leafCount: batch.leaf_count,
  deviceCount: batch.device_count,
  state: batch.state,
  prover: batch.prover,
  proverId: batch.prover_id,
  assignTx: batch.assign_tx,
  settleTx: batch.settle_tx,
  attempt: batch.attempt,
  error: batch.error,
  createdAt: batch.created_at,
  settledAt: batch.settled_at,
})

/** A reading as JSON; `values` are scaled. */
export const readingJson = (reading: Reading) => ({
  device: reading.device,
  nonce: reading.nonce.toString(),
  time: reading.time.toString(),
  values: reading.values.map(String),
  ...(reading.circuitSignature && { circuitSignature: reading.circuitSignature }),
})

const proofJson = ({ batchId, reading, proof }: ReadingProof) => ({
  batchId,
  reading: {
    chainId: reading.chainId.toString(),
    projectId: reading.projectId.toString(),
    ...readingJson(reading),
  },
  leaf: proof.leaf.toString(),
  index: proof.index,
  siblings: proof.siblings.map(String),
  root: proof.root.toString(),
})
