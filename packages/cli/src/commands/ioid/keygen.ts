import { formatDid } from '@iotex2/identity/did'
import { generateKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { expectAbsent, withFile } from '../../files.ts'
import { askNewPassword } from '../../passwords.ts'

export default defineCommand({
  summary: 'Make a key, for a device or for whoever pays, in an encrypted keystore',
  details: [
    'secp256k1, in Web3 secret storage (scrypt), readable by its owner alone. The secret is never printed, and an existing file is never written over.',
  ],
  operands: ['keystore'],
  options: Type.Object({
    keystore: file('The keystore to write.'),
    passwordFile: Type.Optional(
      file('A file whose first line becomes the password. IOTEX2_PASSWORD does too; otherwise you are asked, twice.'),
    ),
  }),
  async run(options, context) {
    const path = context.resolve(options.keystore)
    await expectAbsent(path)
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const password = await askNewPassword(options.keystore, sources, context)
    const randomBytes = (length: number) => context.randomBytes(length)
    const key = generateKey(randomBytes)
    context.progress.report('encrypting the key')
    await withFile(path, () => writeKeystore(path, key, password, { randomBytes }))
    const did = formatDid(key.address)
    return {
      lines: [`address ${key.address}`, `DID     ${did}`],
      json: { keystore: path, address: key.address, did },
    }
  },
})
