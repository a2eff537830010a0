import { imageFacts, signFirmware } from '@iotex2/ioconnect/firmware'
import { parseProfileFile } from '@iotex2/ioconnect/profile-file'
import { profileManifest } from '@iotex2/protocol/manifest'
import { Type } from 'typebox'
import { count, defineCommand, file, text } from '../../../command.ts'
import { readBytes, readText, writeNew } from '../../../files.ts'
import { openSecretKey } from '../../../passwords.ts'

const DAY_SECONDS = 86_400

export default defineCommand({
  summary: "Sign a firmware's manifest, by which devices install it",
  details: [
    'A device installs what is signed by its release key, made of its profile, and has a higher sequence number than what it has. Nothing else.',
    'Keep the release key where no network reaches it: whoever has it, has the devices.',
  ],
  operands: ['image'],
  options: Type.Object({
    image: file('The firmware as it lies in a slot: the .bin of ESP-IDF, the program of Linux.'),
    profile: file('The profile of which it was made.'),
    key: file('The keystore of the release key, on P-256: `ioid keygen --curve P-256`.'),
    sequence: count('Its number: higher than of every firmware before.', { minimum: 1 }),
    firmware: text('TEXT', 'Its version, for people.', { pattern: '^[!-~]{1,32}$' }),
    days: count('How long it may be installed.', { minimum: 1, maximum: 3650, default: 365 }),
    precursor: count('The least sequence number that a device must have to take it.', { minimum: 0, default: 0 }),
    out: file('The manifest to write.'),
    passwordFile: Type.Optional(
      file('A file whose first line opens the keystore. IOTEX2_PASSWORD does too; otherwise you are asked.'),
    ),
  }),
  async run(options, context) {
    const image = await readBytes(context.resolve(options.image))
    const { hash } = profileManifest(
      parseProfileFile(await readText(context.resolve(options.profile)), options.profile),
    )
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openSecretKey(options.key, sources, context)
    const issuedAt = Math.floor(context.now() / 1000)
    const manifest = {
      sequence: options.sequence,
      firmware: options.firmware,
      target: hash,
      ...imageFacts(image),
      issuedAt,
      expiresAt: issuedAt + options.days * DAY_SECONDS,
      precursor: options.precursor,
    }
    await writeNew(context.resolve(options.out), await signFirmware(manifest, key.keyObject()))
    return {
      lines: [
        `${options.out}: firmware ${options.firmware}, number ${options.sequence}, ${image.length} bytes`,
        `release key did:key:${key.multikey}`,
      ],
      json: { file: options.out, manifest, release: `did:key:${key.multikey}`, releaseJwk: key.publicJwk },
    }
  },
})
