import { isStatusPurpose, readStatusList } from '@iotex2/identity/credentials/credential'
import { CredentialError } from '@iotex2/identity/credentials/errors'
import { Type } from 'typebox'
import { anchorList } from '../../anchor.ts'
import { defineCommand, directory, text } from '../../command.ts'
import { readBytes } from '../../files.ts'
import { SENDS, withWriter, writeOptions } from '../../identity.ts'
import { openResolver } from '../../resolver.ts'
import { fetcherOf, webOptions } from '../../web.ts'

export default defineCommand({
  summary: 'Anchor a published status list on chain: its hash and its bits',
  details: [
    SENDS,
    "For a list that another program publishes, such as the identity service without an account of its own. Its signature is verified first, and the keystore is the account that governance lists for the list's issuer.",
  ],
  operands: ['list'],
  options: Type.Object({
    list: text('FILE|URL', 'The list, as it is published: a file, or an https: URL.'),
    store: Type.Optional(directory('A directory of DID documents under their hashes, to read before registered URIs.')),
    ...writeOptions,
    ...webOptions,
  }),
  run: (options, context) =>
    withWriter(options, context, async (writer) => {
      const fetch = fetcherOf(options, context)
      const isUrl = /^https?:\/\//.test(options.list)
      const bytes = isUrl ? await fetch(options.list) : await readBytes(context.resolve(options.list))
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const resolver = await openResolver(writer, { fetch, allowLocal: options.allowLocal, store })
      const { url, issuer, purposes, list } = await readStatusList(bytes, { resolver, now: () => context.now() })
      const purpose = purposes.find(isStatusPurpose)
      if (!purpose || (isUrl && url !== options.list))
        throw new CredentialError(
          'STATUS_LIST_MALFORMED',
          'What is published there is no list for revocation or suspension of that URL.',
        )
      const anchored = await anchorList(writer, { url, issuer, purpose, list, bytes })
      return {
        lines: [`${url}: version ${anchored.version} of list ${anchored.id}, keccak256 ${anchored.hash}`],
        json: {
          url,
          issuer,
          statusList: anchored.id,
          version: anchored.version,
          hash: anchored.hash,
          transactions: writer.signer.transactions,
        },
      }
    }),
})
