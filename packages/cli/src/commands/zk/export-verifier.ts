import { parse } from 'node:path'
import { isDevelopmentKey } from '@iotex2/groth16/verification-key'
import { verifierName, verifierSource } from '@iotex2/groth16/verifier-source'
import { Type } from 'typebox'
import { defineCommand, file, text } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { expectAbsent, toJson, writeNew } from '../../files.ts'
import { readVerificationKey } from '../../verification-key.ts'

export default defineCommand({
  summary: "Write a key's verifier: a Solidity contract, snarkjs's verification key, or both",
  details: [
    'The contract implements IGroth16Verifier of contracts/w3bstream/interfaces. That of an INSECURE key says so, and its constructor reverts on every chain but 31337.',
    'Verify the ceremony first (zk verify-key): the contract is as trustworthy as the key.',
  ],
  operands: ['key'],
  options: Type.Object({
    key: file("The proving key (.zkey), or snarkjs's verification key (.json)."),
    solidity: Type.Optional(file('The contract to write.')),
    vkey: Type.Optional(file('The verification key to write, in the JSON of snarkjs.')),
    name: Type.Optional(
      text('NAME', 'What the contract is named after, in kebab-case; the name of the key by default.', {
        pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      }),
    ),
    interfaces: Type.Optional(
      text('PATH', 'Import IVerifier.sol and IGroth16Verifier.sol from there, in place of declaring both.', {
        pattern: '^[\\w@./-]+$',
      }),
    ),
  }),
  async run(options, context) {
    if (options.solidity === undefined && options.vkey === undefined)
      throw new UsageError('OPTION_MISSING', 'Give --solidity FILE, --vkey FILE, or both.')
    const written = [options.solidity, options.vkey].filter((path) => path !== undefined)
    await expectAbsent(...written.map((path) => context.resolve(path)))
    const key = await readVerificationKey(context.resolve(options.key))
    const development = isDevelopmentKey(key)
    const instance = options.name ?? instanceOf(options.key)
    if (options.solidity !== undefined) {
      const { interfaces } = options
      const source = verifierSource(key, { generator: 'iotex2 zk export-verifier', instance, interfaces })
      await writeNew(context.resolve(options.solidity), source)
    }
    if (options.vkey !== undefined) await writeNew(context.resolve(options.vkey), toJson(key))
    return {
      lines: [
        ...(options.solidity === undefined ? [] : [`${options.solidity}: contract ${verifierName(instance)}`]),
        ...(options.vkey === undefined ? [] : [`${options.vkey}: verification key`]),
        ...(development ? ['INSECURE: no one has contributed to this key. It deploys on chain 31337 only.'] : []),
      ],
      json: { solidity: options.solidity, vkey: options.vkey, contract: verifierName(instance), development },
    }
  },
})

/** reading-batch-16.development.zkey → reading-batch-16. Throws {@link UsageError} where that makes no name. */
function instanceOf(path: string): string {
  const name = parse(path).base.split('.')[0]!.replaceAll('_', '-').toLowerCase()
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new UsageError('OPTION_MISSING', `"${name}" names no contract: give --name NAME.`)
  return name
}
