import { issueCredential, toDateTime } from '@iotex2/identity/credentials/credential'
import { statusListCredential } from '@iotex2/identity/credentials/status-list'
import { documentHash } from '@iotex2/identity/document'
import { Type } from 'typebox'
import { anchorList } from '../../anchor.ts'
import { defineCommand, file, flag, list as several, text } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { replaceFile } from '../../files.ts'
import { withWriter, writeOptions } from '../../identity.ts'
import { accountOf, accountOptions, IssuerList, issuerOptions, openIssuer, StatusFileError } from '../../issuer.ts'

const { keystore: _, ...sending } = writeOptions

export default defineCommand({
  summary: 'Revoke credentials, and write the list to publish',
  details: [
    'A revocation is final. Without an --index the list is written as it is: to publish it for the first time. With --status-url it is begun, where there is none yet.',
    'With --anchor the chain gets the hash of the written list, and the bits: from then on no ioID holds the revoked credentials, and verifiers take no other list. It is asked before each transaction. Run again after an interruption. A list that was anchored once is anchored each time.',
    'Verifiers off chain see the list once what is written, a W3C Bitstring Status List as JWT, is what its URL serves. Publish it at once.',
  ],
  operands: ['status'],
  options: Type.Object({
    status: file("The issuer's revocation list, which `vc issue` keeps."),
    statusUrl: Type.Optional(
      text('URL', 'Where the list is published; needed to begin one.', { pattern: '^https?://' }),
    ),
    index: several('N', 'The index of a credential, which `vc issue` printed.'),
    out: file('The list to publish; one that is there is replaced.'),
    anchor: flag('Anchor the list on chain.'),
    ...sending,
    ...issuerOptions,
    ...accountOptions,
  }),
  async run(options, context) {
    const indices = options.index.map((index) => {
      if (!/^[0-9]{1,9}$/.test(index)) throw new UsageError('OPTION_INVALID', `"${index}" is no index.`)
      return Number(index)
    })
    const { did: issuer, signer } = await openIssuer(options, context)
    const list = await IssuerList.open(context.resolve(options.status), issuer, options.statusUrl)
    if (list.isAnchored && !options.anchor)
      throw new StatusFileError(
        'STATUS_LIST_ANCHORED',
        `${options.status} is anchored on chain, and verifiers take no other list: add --anchor.`,
      )
    for (const index of indices) list.revoke(index)
    const credential = statusListCredential(list.url, issuer, 'revocation', list.list, toDateTime(context.now()))
    const secured = String(await issueCredential(credential, { signer, format: 'jwt', now: () => context.now() }))
    const bytes = Buffer.from(secured)
    list.isAnchored = options.anchor
    await list.save()
    await replaceFile(context.resolve(options.out), secured)
    const hash = documentHash(bytes)
    const lines = [
      `revoked: ${indices.length === 0 ? 'none' : indices.join(', ')}`,
      `publish ${options.out} at ${list.url} (keccak256 ${hash})`,
    ]
    const json = { revoked: indices, url: list.url, list: context.resolve(options.out), hash }
    if (!options.anchor) return { lines, json }

    return withWriter({ ...options, ...accountOf(options) }, context, async (writer) => {
      const published = { url: list.url, issuer, purpose: 'revocation', list: list.list, bytes } as const
      const anchored = await anchorList(writer, published)
      return {
        lines: [...lines, `anchored as version ${anchored.version} of list ${anchored.id}`],
        json: {
          ...json,
          statusList: anchored.id,
          version: anchored.version,
          transactions: writer.signer.transactions,
        },
      }
    })
  },
})
