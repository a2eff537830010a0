import { parseProof, parsePublicSignals } from '@iotex2/groth16/snarkjs-json'
import { isDevelopmentKey } from '@iotex2/groth16/verification-key'
import { createVerifier } from '@iotex2/groth16/verifier'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { readJson } from '../../files.ts'
import { readVerificationKey } from '../../verification-key.ts'

export default defineCommand({
  summary: 'Verify a proof against its public signals',
  details: ['Ends with 0 where the proof is valid, with 1 where it is not.'],
  operands: ['proof'],
  options: Type.Object({
    proof: file("The proof, in snarkjs's JSON."),
    public: file("The public signals, in snarkjs's JSON."),
    key: file("The verification key (.json, snarkjs's) or the proving key (.zkey)."),
  }),
  async run(options, context) {
    const key = await readVerificationKey(context.resolve(options.key))
    const proof = parseProof(await readJson(context.resolve(options.proof)))
    const signals = parsePublicSignals(await readJson(context.resolve(options.public)))
    const valid = await (await createVerifier(key)).verify(signals, proof)
    const development = isDevelopmentKey(key)
    return {
      lines: [
        `${options.proof}: ${valid ? 'valid' : 'INVALID'}`,
        ...(development ? ['The key is INSECURE: no one has contributed to it, and anyone can forge its proofs.'] : []),
      ],
      json: { valid, development },
      exitCode: valid ? 0 : 1,
    }
  },
})
