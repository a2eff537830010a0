import { decodeMultikey } from '@iotex2/identity/multikey'
import { verifyFirmware } from '@iotex2/ioconnect/firmware'
import { Type } from 'typebox'
import { defineCommand, file, text } from '../../../command.ts'
import { readBytes, readText } from '../../../files.ts'

const PREFIX = 'did:key:'

export default defineCommand({
  summary: "Verify a firmware's manifest as a device does",
  details: ['Which sequence number a device has, and which profile, only the device knows.'],
  operands: ['manifest'],
  options: Type.Object({
    manifest: file('What `device ota sign` wrote.'),
    release: text('DID', 'The release key, as `device ota sign` and `ioid keygen` name it.', {
      pattern: `^${PREFIX}z[1-9A-HJ-NP-Za-km-z]+$`,
    }),
    image: Type.Optional(file('The firmware, to compare.')),
  }),
  async run(options, context) {
    const signed = (await readText(context.resolve(options.manifest))).trim()
    const image = options.image === undefined ? {} : { image: await readBytes(context.resolve(options.image)) }
    const now = Math.floor(context.now() / 1000)
    const manifest = verifyFirmware(signed, decodeMultikey(options.release.slice(PREFIX.length)), { now, ...image })
    const { firmware, sequence, size, target } = manifest
    return {
      lines: [`firmware ${firmware}, number ${sequence}, ${size} bytes, of manifest ${target}`],
      json: manifest,
    }
  },
})
