import { formatDid } from '@iotex2/identity/did'
import { createDocumentOfJwk, documentHash, encodeDocument } from '@iotex2/identity/document'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { expectAbsent, writeNew } from '../../files.ts'
import { openSecretKey } from '../../passwords.ts'

export default defineCommand({
  summary: "Tell a device's DID, and write its DID document",
  details: [
    'The registry keeps keccak256 of the document: register the very bytes that are written, wherever you store them.',
    'With --agreement the document names a second key, on which others write to the device in secret (DIDComm).',
  ],
  operands: ['device'],
  options: Type.Object({
    device: file("The device's keystore."),
    agreement: Type.Optional(file("A keystore of the device's X25519 or P-256 key for encryption.")),
    document: Type.Optional(file('The DID document to write.')),
    passwordFile: Type.Optional(
      file('A file whose first line opens the keystores. IOTEX2_DEVICE_PASSWORD does too; otherwise you are asked.'),
    ),
  }),
  async run(options, context) {
    const path = options.document === undefined ? undefined : context.resolve(options.document)
    if (path !== undefined) await expectAbsent(path)
    const sources = { file: options.passwordFile, environment: context.settings.devicePassword }
    const key = await openSecretKey(options.device, sources, context)
    const agreement =
      options.agreement === undefined ? undefined : await openSecretKey(options.agreement, sources, context)
    const did = formatDid(key.address)
    const bytes = encodeDocument(createDocumentOfJwk(key.publicJwk, agreement?.publicJwk))
    const hash = documentHash(bytes)
    if (path !== undefined) await writeNew(path, bytes)
    return {
      lines: [did, ...(path === undefined ? [] : [`${path}: document, keccak256 ${hash}`])],
      json: { did, address: key.address, hash, document: path },
    }
  },
})
