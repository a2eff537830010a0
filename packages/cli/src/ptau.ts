/**
 * A ceremony's prepared powers of tau, on disk.
 * @module
 */
import { open } from 'node:fs/promises'
import { CircuitFileError } from '@iotex2/groth16/errors'
import { inspectPowersOfTau, type PowersOfTau, requiredPower } from '@iotex2/groth16/powers-of-tau'
import type { R1cs } from '@iotex2/groth16/r1cs'
import { withFile } from './files.ts'

/** Returns what the file states, having checked its shape. Throws CircuitFileError and FileError. */
export const readPowersOfTau = (path: string): Promise<PowersOfTau & { bytes: number }> =>
  withFile(path, async () => {
    const handle = await open(path)
    try {
      const { size } = await handle.stat()
      const read = async (offset: number, length: number): Promise<Uint8Array> => {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset)
        return buffer.subarray(0, bytesRead)
      }
      return { ...(await inspectPowersOfTau({ size, read })), bytes: size }
    } finally {
      await handle.close()
    }
  })

/** Checks that the powers serve a circuit. Throws CircuitFileError. */
export function expectFits(power: number, r1cs: R1cs, path: string): void {
  const needed = requiredPower(r1cs)
  if (needed > power)
    throw new CircuitFileError(`${path} takes powers of tau of 2^${needed} at least, and these are of 2^${power}.`)
}
