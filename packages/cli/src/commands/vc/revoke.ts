import { issueCredential, toDateTime } from '@iotex2/identity/credentials/credential'
import { statusListCredential } from '@iotex2/identity/credentials/status-list'
import { formatDid } from '@iotex2/identity/did'
import { documentHash } from '@iotex2/identity/document'
import { Type } from 'typebox'
import { defineCommand, file, list as several } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { replaceFile } from '../../files.ts'
import { deviceSigner, IssuerList } from '../../issuer.ts'
import { openKey } from '../../passwords.ts'

export default defineCommand({
  summary: 'Revoke credentials, and write the list to publish',
  details: [
    'A revocation is final. Without an --index the list is written as it is: to publish it for the first time.',
    'Verifiers see it once the written list, a W3C Bitstring Status List as JWT, is what its URL serves.',
  ],
  operands: ['status'],
  options: Type.Object({
    status: file("The issuer's revocation list, which `vc issue` keeps."),
    index: several('N', 'The index of a credential, which `vc issue` printed.'),
    issuer: file("The issuer's keystore."),
    out: file('The list to publish; one that is there is replaced.'),
    passwordFile: Type.Optional(
      file('A file whose first line opens the keystore. IOTEX2_PASSWORD does too; otherwise you are asked.'),
    ),
  }),
  async run(options, context) {
    const indices = options.index.map((index) => {
      if (!/^[0-9]{1,9}$/.test(index)) throw new UsageError('OPTION_INVALID', `"${index}" is no index.`)
      return Number(index)
    })
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openKey(options.issuer, sources, context)
    const issuer = formatDid(key.address)
    const list = await IssuerList.open(context.resolve(options.status), issuer)
    for (const index of indices) list.revoke(index)
    const credential = statusListCredential(list.url, issuer, 'revocation', list.list, toDateTime(context.now()))
    const signer = deviceSigner(key)
    const secured = String(await issueCredential(credential, { signer, format: 'jwt', now: () => context.now() }))
    await list.save()
    await replaceFile(context.resolve(options.out), secured)
    const hash = documentHash(Buffer.from(secured))
    return {
      lines: [
        `revoked: ${indices.length === 0 ? 'none' : indices.join(', ')}`,
        `publish ${options.out} at ${list.url} (keccak256 ${hash})`,
      ],
      json: { revoked: indices, url: list.url, list: context.resolve(options.out), hash },
    }
  },
})
