/**
 * What passes between a coordinator and a prover: the task with its readings, and the proof.
 * @module
 */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError } from './errors.ts'
import type { Hex } from './hex.ts'
import { PROFILE_FIELDS, Profile, parseProfile } from './profile.ts'
import type { Reading } from './reading.ts'

const Decimal = Type.String({ pattern: '^-?(0|[1-9][0-9]*)$' })
const Address = Type.String({ pattern: '^0x[0-9a-f]{40}$' })
const Word = Type.String({ pattern: '^0x[0-9a-f]{64}$' })

/** Reply of `GET /v1/provers/:address/task`. Large numbers are decimal strings. */
export const ProverTask = Type.Object({
  taskId: Word,
  chainId: Decimal,
  projectId: Decimal,
  router: Address,
  /** Seconds since the epoch, by the chain's clock. */
  deadline: Type.Integer(),
  root: Decimal,
  circuit: Type.String(),
  profile: Profile,
  readings: Type.Array(
    Type.Object({
      device: Address,
      nonce: Decimal,
      time: Decimal,
      values: Type.Array(Decimal, { minItems: PROFILE_FIELDS, maxItems: PROFILE_FIELDS }),
      circuitSignature: Type.Optional(Type.String({ pattern: '^0x[0-9a-f]{192}$' })),
    }),
  ),
})
export type ProverTask = Static<typeof ProverTask>

/** A Groth16 proof as snarkjs writes it. */
export const Groth16Proof = Type.Object({
  pi_a: Type.Array(Decimal, { minItems: 3, maxItems: 3 }),
  pi_b: Type.Array(Type.Array(Decimal, { minItems: 2, maxItems: 2 }), { minItems: 3, maxItems: 3 }),
  pi_c: Type.Array(Decimal, { minItems: 3, maxItems: 3 }),
  protocol: Type.Literal('groth16'),
  curve: Type.Literal('bn128'),
})
export type Groth16Proof = Static<typeof Groth16Proof>

/** Body of `POST /v1/provers/:address/proof`. */
export const ProverResult = Type.Object({
  taskId: Word,
  proof: Groth16Proof,
  publicSignals: Type.Array(Decimal),
  /** How long the witness and the proof took. */
  proofMs: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type ProverResult = Static<typeof ProverResult>

/** Thrown when a task is malformed. Code TASK_MALFORMED. */
export class ProverTaskError extends CodedError {
  constructor(message: string) {
    super('TASK_MALFORMED', message)
  }
}

/** Returns the task in `json`. Throws {@link ProverTaskError}. */
export function parseProverTask(json: unknown): ProverTask {
  const first = Value.Errors(ProverTask, json)[0]
  if (first) throw new ProverTaskError(`Task: ${first.instancePath || '/'} ${first.message}.`)
  const task = json as ProverTask
  parseProfile(task.profile)
  return task
}

/** Returns a task's readings, in the order in which it lists them. */
export const taskReadings = (task: ProverTask): Reading[] =>
  task.readings.map(({ device, nonce, time, values }) => ({
    chainId: BigInt(task.chainId),
    projectId: BigInt(task.projectId),
    device: device as Hex,
    nonce: BigInt(nonce),
    time: BigInt(time),
    values: values.map(BigInt),
  }))
