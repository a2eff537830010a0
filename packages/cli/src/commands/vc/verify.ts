import { examineCredential } from '@iotex2/identity/credentials/credential'
import { parseCredential } from '@iotex2/identity/credentials/credential-hash'
import { CodedError } from '@iotex2/protocol/errors'
import { Type } from 'typebox'
import { defineCommand, directory, file, flag } from '../../command.ts'
import { readBytes } from '../../files.ts'
import { openLedger } from '../../identity.ts'
import { networkOptions, withNetwork } from '../../network.ts'
import { openResolver } from '../../resolver.ts'
import { fetcherOf, webOptions } from '../../web.ts'

export default defineCommand({
  summary:
    "Verify a credential: its signature by the issuer's DID, its time, its status, and what the chain says of it",
  details: [
    'Ends with 0 where it holds now, with 1 where it does not; then it says why.',
    'Its list is fetched and held against the hash that the issuer anchors on chain, and the chain is asked whether the ioID of its device obtained it and holds it now. What the chain knows nothing of is a warning; with --on-chain it is an error.',
  ],
  operands: ['credential'],
  options: Type.Object({
    credential: file('The credential: a JWT, or JSON with a Data Integrity proof.'),
    store: Type.Optional(directory('A directory of DID documents under their hashes, to read before registered URIs.')),
    onChain: flag('Take it only where the ioID of its device holds it on chain now.'),
    ...networkOptions,
    ...webOptions,
  }),
  async run(options, context) {
    const secured = parseCredential(await readBytes(context.resolve(options.credential)))
    return withNetwork(options, context, async (connection) => {
      const fetch = fetcherOf(options, context)
      const store = options.store === undefined ? undefined : context.resolve(options.store)
      const ledger = openLedger(connection)
      const { proven, checks, warnings, errors } = await examineCredential(secured, {
        resolver: await openResolver(connection, { fetch, allowLocal: options.allowLocal, store }),
        statusLists: { load: (url) => fetch(url) },
        ...(ledger ? { ledger } : {}),
        onChain: options.onChain,
        now: () => context.now(),
      })
      const [problems, hints] = [errors.map(describe), warnings.map(describe)]
      const holds = problems.length === 0
      const details = { checks, warnings: hints, errors: problems }
      const notes = [`looked at: ${checks.join(', ')}`, ...hints.map(({ code, message }) => `${code}: ${message}`)]
      if (!holds)
        return {
          lines: [
            ...problems.map(({ code, message }) => `${options.credential}: DOES NOT HOLD: ${code}: ${message}`),
            ...notes,
          ],
          json: { holds, ...problems[0]!, ...details },
          exitCode: 1,
        }
      const { credential, issuer, hash } = proven!
      return {
        lines: [`${options.credential}: holds, by ${issuer}`, ...notes, JSON.stringify(credential, null, 2)],
        json: { holds, issuer, hash, credential, ...details },
      }
    })
  },
})

/** What went wrong, and why: a key that cannot be had has a reason of its own. */
function describe({ code, message, cause }: CodedError): { code: string; message: string } {
  return { code, message: cause instanceof CodedError ? `${message} (${cause.code}: ${cause.message})` : message }
}
