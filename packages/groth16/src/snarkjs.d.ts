/** The part of snarkjs that this package uses. A file may be given as its bytes, or as `{type: 'mem'}` to write. */
declare module 'snarkjs' {
  import type { Groth16Proof } from '@iotex2/protocol/prover-task'

  export interface MemoryFile {
    type: 'mem'
    data?: Uint8Array
  }
  export type File = string | Uint8Array | MemoryFile

  export interface SnarkjsVerificationKey {
    protocol: 'groth16'
    curve: 'bn128'
    nPublic: number
    vk_alpha_1: [string, string, string]
    vk_beta_2: [[string, string], [string, string], [string, string]]
    vk_gamma_2: [[string, string], [string, string], [string, string]]
    vk_delta_2: [[string, string], [string, string], [string, string]]
    vk_alphabeta_12?: unknown
    IC: [string, string, string][]
  }

  export interface Logger {
    debug(message: string): void
    info(message: string): void
    warn(message: string): void
    error(message: string): void
  }

  export const groth16: {
    prove(
      zkey: File,
      witness: File,
      logger?: Logger,
      options?: { singleThread?: boolean },
    ): Promise<{ proof: Groth16Proof; publicSignals: string[] }>
    verify(key: SnarkjsVerificationKey, publicSignals: readonly string[], proof: Groth16Proof): Promise<boolean>
  }

  export const zKey: {
    newZKey(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<Uint8Array | -1>
    contribute(zkeyIn: File, zkeyOut: File, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>
    beacon(
      zkeyIn: File,
      zkeyOut: File,
      name: string,
      beaconHex: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<Uint8Array>
    verifyFromR1cs(r1cs: File, ptau: File, zkey: File, logger?: Logger): Promise<boolean>
    exportVerificationKey(zkey: File): Promise<SnarkjsVerificationKey>
  }

  export const powersOfTau: {
    newAccumulator(curve: unknown, power: number, ptau: File, logger?: Logger): Promise<Uint8Array>
    contribute(ptauIn: File, ptauOut: File, name: string, entropy: string, logger?: Logger): Promise<Uint8Array>
    beacon(
      ptauIn: File,
      ptauOut: File,
      name: string,
      beaconHex: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<Uint8Array>
    preparePhase2(ptauIn: File, ptauOut: File, logger?: Logger): Promise<void>
    verify(ptau: File, logger?: Logger): Promise<boolean>
  }

  export const curves: { getCurveFromName(name: 'bn128'): Promise<unknown> }
}
