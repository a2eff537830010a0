import { formatDid } from '@iotex2/identity/did'
import type { PrivateKeyJwk } from '@iotex2/identity/jose/jwk'
import { writeKeystore } from '@iotex2/identity/key-file'
import { generateSecretKey, KEY_CURVES, type SecretKey, secretKeyOfJwk } from '@iotex2/identity/secret-key'
import { Type } from 'typebox'
import { choice, defineCommand, file } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { expectAbsent, readJson, withFile } from '../../files.ts'
import { askNewPassword } from '../../passwords.ts'

export default defineCommand({
  summary: 'Make a key, for a device, an issuer or whoever pays, in an encrypted keystore',
  details: [
    'Web3 secret storage (scrypt), readable by its owner alone. The secret is never printed, and an existing file is never written over.',
    'Whoever pays has a key on secp256k1, and so may devices and issuers. P-256 is that of secure elements, Ed25519 of issuers; X25519 encrypts, and signs nothing.',
  ],
  operands: ['keystore'],
  options: Type.Object({
    keystore: file('The keystore to write.'),
    curve: Type.Optional(choice(KEY_CURVES, 'What kind of key; secp256k1 without it.')),
    import: Type.Optional(file('A private JWK, whose key is taken instead of a new one. Remove that file afterwards.')),
    passwordFile: Type.Optional(
      file('A file whose first line becomes the password. IOTEX2_PASSWORD does too; otherwise you are asked, twice.'),
    ),
  }),
  async run(options, context) {
    const path = context.resolve(options.keystore)
    await expectAbsent(path)
    if (options.import !== undefined && options.curve !== undefined)
      throw new UsageError('OPTION_INVALID', 'A key that is imported has its curve: leave --curve out.')
    const imported =
      options.import === undefined
        ? undefined
        : secretKeyOfJwk(((await readJson(context.resolve(options.import))) ?? {}) as Partial<PrivateKeyJwk>)
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const password = await askNewPassword(options.keystore, sources, context)
    const randomBytes = (length: number) => context.randomBytes(length)
    const key = imported ?? generateSecretKey(options.curve ?? 'secp256k1', randomBytes)
    context.progress.report('encrypting the key')
    await withFile(path, () => writeKeystore(path, key, password, { randomBytes }))
    return describe(path, key)
  },
})

/** An X25519 key has no did:io: no device is named by a key that does not sign. */
function describe(path: string, key: SecretKey) {
  const { address, curve, multikey } = key
  const didKey = `did:key:${multikey}`
  if (curve === 'X25519')
    return { lines: [`${curve} key ${multikey}`], json: { keystore: path, curve, publicKey: multikey } }
  const did = formatDid(address)
  return {
    lines: [
      `address ${address}`,
      `DID     ${did}`,
      ...(curve === 'secp256k1' ? [] : [`        ${didKey}#${multikey}`]),
    ],
    json: { keystore: path, curve, address, did, didKey, publicKey: multikey },
  }
}
