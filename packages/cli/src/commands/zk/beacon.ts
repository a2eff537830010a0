import { applyBeacon, BEACON_ITERATIONS_EXPONENT, readContributions } from '@iotex2/groth16/ceremony'
import { Type } from 'typebox'
import { count, defineCommand, file, text } from '../../command.ts'
import { expectAbsent, readBytes, writeNew } from '../../files.ts'

export default defineCommand({
  summary: 'End phase 2 of a key with a public random value',
  details: [
    'The value must be one that nobody could know or choose while people contributed: announce beforehand which, such as the hash of the first block after a given time.',
  ],
  operands: ['from', 'to'],
  options: Type.Object({
    from: file('The key with all contributions.'),
    to: file('The final key to write.'),
    beacon: text('HEX', 'The public value: 1 to 255 bytes in hexadecimal.', {
      pattern: '^(0x)?([0-9a-fA-F]{2}){1,255}$',
    }),
    iterationsExponent: count('The value is hashed 2^N times, so that no outcome can be tried in advance.', {
      minimum: BEACON_ITERATIONS_EXPONENT,
      maximum: 63,
      default: BEACON_ITERATIONS_EXPONENT,
    }),
    name: text('NAME', 'What the value is: it is written into the key.', { default: 'beacon', maxLength: 64 }),
  }),
  async run(options, context) {
    const path = context.resolve(options.to)
    await expectAbsent(path)
    const before = await readBytes(context.resolve(options.from))
    context.progress.report('hashing the beacon')
    const zkey = await applyBeacon(
      before,
      options.name,
      options.beacon.replace(/^0x/, ''),
      options.iterationsExponent,
      context.progress.report,
    )
    const contributions = await readContributions(zkey)
    const { hash } = contributions.at(-1)!
    await writeNew(path, zkey)
    return {
      lines: [
        `${path}: final key, ${contributions.length} contributions, the beacon among them`,
        `contribution hash ${hash}`,
      ],
      json: { zkey: path, contributions: contributions.length, hash },
    }
  },
})
