/**
 * A verification key, from whichever file has it.
 * @module
 */
import { parseVerificationKey } from '@iotex2/groth16/snarkjs-json'
import { exportVerificationKey, type VerificationKey } from '@iotex2/groth16/verification-key'
import { readBytes, readJson } from './files.ts'

/** Returns the key in a .zkey, or in snarkjs's JSON. Throws CircuitFileError, SnarkjsJsonError and FileError. */
export const readVerificationKey = async (path: string): Promise<VerificationKey> =>
  path.endsWith('.json') ? parseVerificationKey(await readJson(path)) : exportVerificationKey(await readBytes(path))
