import { startPhase2 } from '@iotex2/groth16/ceremony'
import { setupDevelopmentInsecure } from '@iotex2/groth16/development-setup'
import { parseR1cs } from '@iotex2/groth16/r1cs'
import { Type } from 'typebox'
import { defineCommand, file, flag } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { expectAbsent, readBytes, writeNew } from '../../files.ts'
import { expectFits, readPowersOfTau } from '../../ptau.ts'

export default defineCommand({
  summary: 'Make the first proving key of a circuit, from powers of tau or for development',
  details: [
    'With --ptau the key starts phase 2: it becomes safe once someone who forgets their entropy has contributed.',
    'With --development the key is INSECURE: it takes seconds, is always the same, and anyone can forge its proofs. The file says so, takes no contribution, and its verifier cannot be deployed on any chain but 31337.',
    'Either way every public signal gets a constraint of its own, as with snarkjs, so that it cannot be exchanged.',
  ],
  operands: ['r1cs'],
  options: Type.Object({
    r1cs: file('The circuit, as `zk compile` wrote it.'),
    out: file('The proving key (.zkey) to write.'),
    ptau: Type.Optional(file("A ceremony's prepared powers of tau (.ptau).")),
    development: flag('Make an INSECURE key for development.'),
  }),
  async run(options, context) {
    const path = context.resolve(options.out)
    if ((options.ptau !== undefined) === options.development)
      throw new UsageError('OPTION_MISSING', 'Give either --ptau FILE or --development.')
    await expectAbsent(path)
    const r1cs = await readBytes(context.resolve(options.r1cs))
    const parsed = parseR1cs(r1cs)
    let zkey: Uint8Array
    if (options.ptau === undefined) {
      context.progress.report('making the INSECURE development key')
      zkey = await setupDevelopmentInsecure(r1cs)
    } else {
      const ptau = context.resolve(options.ptau)
      expectFits((await readPowersOfTau(ptau)).power, parsed, options.r1cs)
      zkey = await startPhase2(r1cs, ptau, context.progress.report)
    }
    await writeNew(path, zkey)
    return {
      lines: options.development
        ? [`${path}: INSECURE development key. Anyone can forge its proofs; its verifier deploys on chain 31337 only.`]
        : [`${path}: no key yet. Have it contributed to (zk contribute), then end with a beacon (zk beacon).`],
      json: { zkey: path, bytes: zkey.length, development: options.development },
    }
  },
})
