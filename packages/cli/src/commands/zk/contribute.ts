import { contribute, readContributions } from '@iotex2/groth16/ceremony'
import { toHex } from '@iotex2/protocol/hex'
import { Type } from 'typebox'
import { type Context, defineCommand, file, text } from '../../command.ts'
import { expectAbsent, readBytes, readText, writeNew } from '../../files.ts'

export default defineCommand({
  summary: "Add one person's randomness to a key that phase 2 has started",
  details: [
    "The randomness comes from the operating system's generator, mixed with a text of yours: what you type unseen, or --entropy-file. It is forgotten when the command ends; forget the text too.",
    'Publish the hash that is printed: with it anyone can see that your contribution is in the final key.',
  ],
  operands: ['from', 'to'],
  options: Type.Object({
    from: file('The key as you got it.'),
    to: file('The key to write and pass on.'),
    name: text('NAME', 'Who contributes: it is written into the key.', { maxLength: 64 }),
    entropyFile: Type.Optional(file('A file whose content is mixed in, in place of a question.')),
  }),
  async run(options, context) {
    const path = context.resolve(options.to)
    await expectAbsent(path)
    const before = await readBytes(context.resolve(options.from))
    const own = await askEntropy(options.entropyFile, context)
    // snarkjs hashes this together with 64 random bytes of its own.
    const entropy = `${toHex(context.randomBytes(64))}${own}`
    const zkey = await contribute(before, options.name, entropy, context.progress.report)
    const contributions = await readContributions(zkey)
    const { hash } = contributions.at(-1)!
    await writeNew(path, zkey)
    return {
      lines: [`${path}: contribution ${contributions.length}, by ${options.name}`, `contribution hash ${hash}`],
      json: { zkey: path, contributions: contributions.length, name: options.name, hash },
    }
  },
})

async function askEntropy(entropyFile: string | undefined, context: Context): Promise<string> {
  if (entropyFile !== undefined) return readText(context.resolve(entropyFile))
  if (!context.terminal.interactive) return ''
  return context.terminal.askHidden('Type anything, then Enter (it is not shown): ')
}
