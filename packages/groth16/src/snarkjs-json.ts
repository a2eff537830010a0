/**
 * snarkjs's JSON files, checked: a verification key, a proof, public signals.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { Groth16Proof } from '@iotex2/protocol/prover-task'
import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { BASE_MODULUS, bn254 } from './bn254.ts'
import type { VerificationKey } from './verification-key.ts'

/** Thrown when a value is not what snarkjs writes. Code SNARKJS_JSON_INVALID. */
export class SnarkjsJsonError extends CodedError {
  constructor(message: string) {
    super('SNARKJS_JSON_INVALID', message)
  }
}

const Decimal = Type.String({ pattern: '^(0|[1-9][0-9]{0,77})$' })
const G1 = Type.Tuple([Decimal, Decimal, Type.Literal('1')])
const Pair = Type.Tuple([Decimal, Decimal])
const G2 = Type.Tuple([Pair, Pair, Type.Tuple([Type.Literal('1'), Type.Literal('0')])])
/** `vk_alphabeta_12` is a value that snarkjs computes beforehand and nobody needs. */
const VerificationKeyJson = Type.Object({
  protocol: Type.Literal('groth16'),
  curve: Type.Literal('bn128'),
  nPublic: Type.Integer({ minimum: 0 }),
  vk_alpha_1: G1,
  vk_beta_2: G2,
  vk_gamma_2: G2,
  vk_delta_2: G2,
  IC: Type.Array(G1, { minItems: 1 }),
})
const PublicSignals = Type.Array(Decimal)

function refuse(what: string, schema: TSchema, json: unknown): void {
  const [first] = Value.Errors(schema, json)
  if (first) throw new SnarkjsJsonError(`Not ${what}: ${first.instancePath || '/'} ${first.message}.`)
}

/** Returns the verification key in `json`, whose points are on their curves. Throws {@link SnarkjsJsonError}. */
export async function parseVerificationKey(json: unknown): Promise<VerificationKey> {
  refuse("snarkjs's verification key", VerificationKeyJson, json)
  const { protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = json as VerificationKey
  if (IC.length !== nPublic + 1)
    throw new SnarkjsJsonError(`The verification key has ${IC.length} points for ${nPublic} public signals.`)
  const { G1, G2 } = await bn254()
  const element = (text: string): bigint => {
    const value = BigInt(text)
    if (value >= BASE_MODULUS) throw new SnarkjsJsonError('A coordinate of the verification key is no field element.')
    return value
  }
  const isG1 = ([x, y]: readonly string[]) => G1.isValid(G1.fromObject([element(x!), element(y!)]))
  const isG2 = ([x, y]: VerificationKey['vk_beta_2']) => {
    const point = G2.fromObject([
      [element(x[0]), element(x[1])],
      [element(y[0]), element(y[1])],
    ])
    return G2.isValid(point) && G2.isZero(G2.timesScalar(point, FIELD_MODULUS))
  }
  if (![vk_alpha_1, ...IC].every(isG1) || ![vk_beta_2, vk_gamma_2, vk_delta_2].every(isG2))
    throw new SnarkjsJsonError('A point of the verification key is not in its group.')
  return { protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC }
}

/** Returns the proof in `json`; whether it is valid is the verifier's to say. Throws {@link SnarkjsJsonError}. */
export function parseProof(json: unknown): Groth16Proof {
  refuse("snarkjs's Groth16 proof on BN254", Groth16Proof, json)
  return json as Groth16Proof
}

/** Returns the public signals in `json`. Throws {@link SnarkjsJsonError}. */
export function parsePublicSignals(json: unknown): string[] {
  refuse("snarkjs's list of public signals", PublicSignals, json)
  return json as string[]
}
