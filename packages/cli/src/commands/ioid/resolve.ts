import { formatDid, parseDid } from '@iotex2/identity/did'
import { Type } from 'typebox'
import { defineCommand, directory, text } from '../../command.ts'
import { connectContracts, resolveDid } from '../../identity.ts'
import { networkOptions, withNetwork } from '../../network.ts'

export default defineCommand({
  summary: 'Resolve a DID: print its document, checked against the hash that the chain keeps',
  operands: ['did'],
  options: Type.Object({
    did: text('DID', 'The DID: did:io:0x and 40 hexadecimal digits.'),
    store: Type.Optional(directory('A directory of documents under their hashes, to read before the registered URI.')),
    ...networkOptions,
  }),
  async run(options, context) {
    const device = parseDid(options.did)
    return withNetwork(options, context, async (connection) => {
      const { registry } = connectContracts(connection, connection.provider)
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const did = formatDid(device)
      const { hash, uri, document } = await resolveDid(registry, did, store)
      return { lines: [JSON.stringify(document, null, 2)], json: { did, hash, uri, document } }
    })
  },
})
