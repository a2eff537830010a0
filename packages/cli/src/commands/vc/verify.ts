import { tryVerify, verifyCredential } from '@iotex2/identity/credentials/credential'
import { formatDid, parseDid } from '@iotex2/identity/did'
import { CodedError } from '@iotex2/protocol/errors'
import { Type } from 'typebox'
import { defineCommand, directory, file } from '../../command.ts'
import { fetchBytes } from '../../document.ts'
import { readText } from '../../files.ts'
import { connectContracts, resolveDid } from '../../identity.ts'
import { networkOptions, withNetwork } from '../../network.ts'

export default defineCommand({
  summary: "Verify a credential: its signature by the issuer's DID on chain, its time, its status",
  details: ['Ends with 0 where it holds now, with 1 where it does not; then it says why.'],
  operands: ['credential'],
  options: Type.Object({
    credential: file('The credential: a JWT, or JSON with a Data Integrity proof.'),
    store: Type.Optional(directory('A directory of DID documents under their hashes, to read before registered URIs.')),
    ...networkOptions,
  }),
  async run(options, context) {
    const text = (await readText(context.resolve(options.credential))).trim()
    return withNetwork(options, context, async (connection) => {
      const { registry } = connectContracts(connection, connection.provider)
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const result = await tryVerify(() =>
        verifyCredential(parse(text), {
          resolver: { resolve: async (did) => (await resolveDid(registry, formatDid(parseDid(did)), store)).document },
          statusLists: { load: fetchBytes },
          now: () => context.now(),
        }),
      )
      if ('error' in result) {
        const { code, message, cause } = result.error
        const because = cause instanceof CodedError ? ` (${cause.code}: ${cause.message})` : ''
        return {
          lines: [`${options.credential}: DOES NOT HOLD: ${code}: ${message}${because}`],
          json: { holds: false, code, message: `${message}${because}` },
          exitCode: 1,
        }
      }
      const { credential, issuer } = result.verified
      return {
        lines: [`${options.credential}: holds, by ${issuer}`, JSON.stringify(credential, null, 2)],
        json: { holds: true, issuer, credential },
      }
    })
  },
})

/** A credential that is no JSON is a JWT. */
function parse(text: string): unknown {
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
