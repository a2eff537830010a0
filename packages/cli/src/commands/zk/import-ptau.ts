import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { verifyPowersOfTau } from '@iotex2/groth16/ceremony'
import { requiredPower } from '@iotex2/groth16/powers-of-tau'
import { parseR1cs } from '@iotex2/groth16/r1cs'
import { Type } from 'typebox'
import { defineCommand, file, flag, list, text } from '../../command.ts'
import { FileError } from '../../errors.ts'
import { readBytes, withFile } from '../../files.ts'
import { readPowersOfTau } from '../../ptau.ts'

export default defineCommand({
  summary: "Check a ceremony's prepared powers of tau, and which circuits they serve",
  details: [
    'The shape of the file is always checked: its kind, its curve, whether it is whole and prepared for phase 2.',
    'Its origin is checked against the BLAKE2b hash that the ceremony publishes (--hash). What is in it is checked with --verify, which takes long for a large file.',
  ],
  operands: ['ptau'],
  options: Type.Object({
    ptau: file('The .ptau file; it stays where it is.'),
    r1cs: list('FILE', 'A circuit that it should serve.'),
    hash: Type.Optional(
      text('HEX', 'BLAKE2b-512 of the file, as published: 128 hexadecimal digits.', {
        pattern: '^(0x)?[0-9a-fA-F]{128}$',
      }),
    ),
    verify: flag('Check every power and every contribution in it.'),
  }),
  async run(options, context) {
    const path = context.resolve(options.ptau)
    const { power, ceremonyPower, contributions, bytes } = await readPowersOfTau(path)
    const circuits = await Promise.all(
      options.r1cs.map(async (name) => {
        const needed = requiredPower(parseR1cs(await readBytes(context.resolve(name))))
        return { r1cs: name, power: needed, fits: needed <= power }
      }),
    )
    const hash = await hashFile(path, bytes, (done) => context.progress.report('hashing', done))
    if (options.hash !== undefined && options.hash.replace(/^0x/, '').toLowerCase() !== hash)
      throw new FileError('FILE_MALFORMED', `${path} is not the file of that hash: its own is ${hash}.`)
    if (options.verify) await verifyPowersOfTau(path, context.progress.report)
    return {
      lines: [
        `${path}: powers of tau of a ceremony of 2^${ceremonyPower}, ${contributions} contributions, prepared`,
        `serves circuits whose constraints and public signals are less than ${2 ** power} (2^${power})`,
        `BLAKE2b-512 ${hash}`,
        options.verify ? 'every power and contribution is valid' : 'what is in it was not checked (--verify)',
        ...circuits.map(
          ({ r1cs, power: needed, fits }) => `${r1cs}: needs 2^${needed}, ${fits ? 'fits' : 'DOES NOT FIT'}`,
        ),
      ],
      json: { ptau: path, power, ceremonyPower, contributions, bytes, hash, verified: options.verify, circuits },
      exitCode: circuits.every(({ fits }) => fits) ? 0 : 1,
    }
  },
})

const hashFile = (path: string, size: number, onDone: (fraction: number) => void): Promise<string> =>
  withFile(path, async () => {
    const hash = createHash('blake2b512')
    let done = 0
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk)
      done += chunk.length
      onDone(done / size)
    }
    return hash.digest('hex')
  })
