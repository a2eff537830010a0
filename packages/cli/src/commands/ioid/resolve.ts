import { parseDid } from '@iotex2/identity/did'
import { verifyDocument } from '@iotex2/identity/document'
import type { Hex } from '@iotex2/protocol/hex'
import { Type } from 'typebox'
import { defineCommand, directory, text } from '../../command.ts'
import { fetchDocument } from '../../document.ts'
import { connectContracts, IdentityError } from '../../identity.ts'
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
      const did = `did:io:${device}` as const
      if (!(await registry.exists(device))) throw new IdentityError('DEVICE_UNKNOWN', `${did} is not registered here.`)
      const [hash, uri] = await Promise.all([registry.documentHash(device), registry.documentURI(device)])
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const document = verifyDocument(await fetchDocument(uri, hash as Hex, store), hash as Hex, did)
      return { lines: [JSON.stringify(document, null, 2)], json: { did, hash, uri, document } }
    })
  },
})
