import { verifyCeremony } from '@iotex2/groth16/ceremony'
import { parseR1cs } from '@iotex2/groth16/r1cs'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { readBytes } from '../../files.ts'
import { expectFits, readPowersOfTau } from '../../ptau.ts'

export default defineCommand({
  summary: 'Verify a whole ceremony: that a key may be used in production with a circuit',
  details: [
    'Checks every power of tau, that the key follows from them and from the circuit, every contribution, and that at least one person contributed before a beacon ended it. Takes long for a large circuit.',
    'It cannot see whether anyone forgot their randomness: compare the printed hashes with those that people you trust have published.',
  ],
  operands: ['zkey'],
  options: Type.Object({
    zkey: file('The final key.'),
    r1cs: file('The circuit, compiled by yourself.'),
    ptau: file('The powers of tau that phase 2 started from.'),
  }),
  async run(options, context) {
    const [zkey, r1cs] = await Promise.all([options.zkey, options.r1cs].map((path) => readBytes(context.resolve(path))))
    const ptau = context.resolve(options.ptau)
    expectFits((await readPowersOfTau(ptau)).power, parseR1cs(r1cs!), options.r1cs)
    const contributions = await verifyCeremony(r1cs!, ptau, zkey!, context.progress.report)
    return {
      lines: [
        `${options.zkey}: valid for ${options.r1cs}, ${contributions.length} contributions`,
        ...contributions.map(({ kind, name, hash }, i) => `${i + 1}. ${kind} "${name}" ${hash}`),
      ],
      json: { valid: true, contributions },
    }
  },
})
