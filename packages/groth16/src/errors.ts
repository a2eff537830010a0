/**
 * What can go wrong between a circuit's files and its proof. Codes are stable.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

/**
 * What is wrong with a file: `format` it is another kind of file or version; `truncated` it ends too early, or has bytes
 * behind its end; `sections` one is missing or there twice; `size` one has not the length that the header asks for;
 * `field` it is of another curve; `range` a count or an index is out of its bounds; `element` a number is not reduced;
 * `point` a point is not on its curve; `program` a witness program is none that circom 2 made for BN254.
 */
export type CircuitFileProblem =
  | 'format'
  | 'truncated'
  | 'sections'
  | 'size'
  | 'field'
  | 'range'
  | 'element'
  | 'point'
  | 'program'

/**
 * Thrown when a .r1cs, .wtns, .zkey or circuit's .wasm file is malformed or of another curve.
 * Code CIRCUIT_FILE_INVALID; `problem` tells which check refused it.
 */
export class CircuitFileError extends CodedError {
  readonly problem: CircuitFileProblem | undefined

  constructor(message: string, { problem, ...options }: ErrorOptions & { problem?: CircuitFileProblem } = {}) {
    super('CIRCUIT_FILE_INVALID', message, options)
    this.problem = problem
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

/** Thrown when a prover is opened with options that make no sense. Code PROVER_OPTIONS_INVALID. */
export class ProverOptionsError extends CodedError {
  constructor(message: string) {
    super('PROVER_OPTIONS_INVALID', message)
  }
}

/** Thrown when a prover is used after `dispose`. Code PROVER_DISPOSED. */
export class ProverDisposedError extends CodedError {
  constructor() {
    super('PROVER_DISPOSED', 'This prover was disposed of; open another.')
  }
}
