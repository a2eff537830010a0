/**
 * What can go wrong between a circuit's files and its proof. Codes are stable.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when a .r1cs, .wtns or .zkey file is malformed or of another curve. Code CIRCUIT_FILE_INVALID. */
export class CircuitFileError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('CIRCUIT_FILE_INVALID', message, options)
  }
}

/** Thrown when inputs do not satisfy the circuit, or are not its inputs. Code WITNESS_INVALID. */
export class WitnessError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('WITNESS_INVALID', message, options)
  }
}

/** Thrown when a witness yields no valid proof: it belongs to another circuit or breaks a constraint. Code PROOF_INVALID. */
export class ProofError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('PROOF_INVALID', message, options)
  }
}

/** Thrown when a prover is used after `dispose`. Code PROVER_DISPOSED. */
export class ProverDisposedError extends CodedError {
  constructor() {
    super('PROVER_DISPOSED', 'This prover was disposed of; open another.')
  }
}
