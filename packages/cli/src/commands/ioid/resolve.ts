import { documentHash } from '@iotex2/identity/document'
import { Type } from 'typebox'
import { defineCommand, directory, text } from '../../command.ts'
import { networkOptions, withNetwork } from '../../network.ts'
import { openResolver, resolveDid } from '../../resolver.ts'
import { fetcherOf, webOptions } from '../../web.ts'

export default defineCommand({
  summary: 'Resolve a DID: print its document, checked against the hash that the chain keeps',
  details: ['did:io, did:key and did:web. Versions are of did:io alone: the events on chain are read for them.'],
  operands: ['did'],
  options: Type.Object({
    did: text('DID', 'The DID, such as did:io:0x and 40 hexadecimal digits in lower case.'),
    store: Type.Optional(directory('A directory of documents under their hashes, to read before the registered URI.')),
    versionId: Type.Optional(text('ID', 'The version of this id.')),
    versionTime: Type.Optional(text('TIME', 'The version that was in force then, such as 2030-12-31T23:59:59Z.')),
    ...networkOptions,
    ...webOptions,
  }),
  run: (options, context) =>
    withNetwork(options, context, async (connection) => {
      const { did, versionId, versionTime } = options
      const hasVersions = versionId !== undefined || versionTime !== undefined
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const resolver = await openResolver(connection, {
        fetch: fetcherOf(options, context),
        allowLocal: options.allowLocal,
        store,
        hasVersions,
      })
      const { document, bytes, metadata } = await resolveDid(resolver, did, {
        ...(versionId === undefined ? {} : { versionId }),
        ...(versionTime === undefined ? {} : { versionTime }),
      })
      const hash = bytes && documentHash(bytes)
      return { lines: [JSON.stringify(document, null, 2)], json: { did, hash, document, metadata } }
    }),
})
