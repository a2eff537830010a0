/**
 * A prover in the test's own process: real witness, real proof, signed requests.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { open, type Prover } from '@iotex2/groth16/prover'
import type { VerificationKey } from '@iotex2/groth16/verification-key'
import { calculateWitness } from '@iotex2/groth16/witness'
import { BATCH_CIRCUIT, batchCircuitInput } from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { type ProverResult, type ProverTask, parseProverTask, taskReadings } from '@iotex2/protocol/prover-task'
import { requestText, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '@iotex2/protocol/request-signature'
import type { Wallet } from 'ethers'

const circuitFile = (suffix: string): string =>
  join(ROOT, 'circuits/build', BATCH_CIRCUIT, `${BATCH_CIRCUIT}.${suffix}`)

/** The circuit as `pnpm build` makes it, with its development key. */
export class TestCircuit implements AsyncDisposable {
  readonly verificationKey: VerificationKey
  readonly #wasm: Uint8Array
  readonly #prover: Prover

  private constructor(wasm: Uint8Array, prover: Prover) {
    this.#wasm = wasm
    this.#prover = prover
    this.verificationKey = prover.verificationKey
  }

  static async open(): Promise<TestCircuit> {
    const [wasm, zkey] = await Promise.all([readFile(circuitFile('wasm')), readFile(circuitFile('development.zkey'))])
    return new TestCircuit(wasm, await open(zkey))
  }

  /** Proves `task` for `prover`. */
  async prove(task: ProverTask, prover: string): Promise<ProverResult> {
    const context = {
      chainId: BigInt(task.chainId),
      projectId: BigInt(task.projectId),
      router: task.router as Hex,
      prover: prover.toLowerCase() as Hex,
      profile: task.profile,
    }
    const witness = await calculateWitness(this.#wasm, batchCircuitInput(context, taskReadings(task)))
    return { taskId: task.taskId, ...(await this.#prover.prove(witness)), proofMs: 1 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prover.dispose()
  }
}

export interface Reply {
  status: number
  body: { code?: string } | undefined
}

/** Sends a prover's request, signed with `signer`'s key at `timestampMs`. */
export async function proverRequest(
  url: string,
  prover: string,
  action: 'task' | 'proof',
  body: unknown,
  { signer, timestampMs = Date.now() }: { signer: Wallet; timestampMs?: number },
): Promise<Reply> {
  const method = action === 'task' ? 'GET' : 'POST'
  const path = `/v1/provers/${prover.toLowerCase()}/${action}`
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const signature = await signer.signMessage(requestText({ method, path, timestampMs, body: text }))
  const response = await fetch(url + path, {
    method,
    headers: { [TIMESTAMP_HEADER]: String(timestampMs), [SIGNATURE_HEADER]: signature },
    ...(text === '' ? {} : { body: text }),
  })
  const reply = await response.text()
  return { status: response.status, body: reply === '' ? undefined : JSON.parse(reply) }
}

export async function pullTask(url: string, prover: Wallet): Promise<ProverTask | undefined> {
  const { body } = await proverRequest(url, prover.address, 'task', undefined, { signer: prover })
  return body === undefined ? undefined : parseProverTask(body)
}
