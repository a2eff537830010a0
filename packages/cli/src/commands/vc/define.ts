import { credentialTypeId } from '@iotex2/identity/credentials/ledger'
import type { Hex } from '@iotex2/protocol/hex'
import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, text } from '../../command.ts'
import { expectLedger, SENDS, withWriter, writeOptions } from '../../identity.ts'
import { iotx, toWei } from '../../iotx.ts'

export default defineCommand({
  summary: 'Define a type of credential on chain, or change what obtaining one burns',
  details: [SENDS, 'The keystore is the account that governance lists for the issuer (vc admit).'],
  operands: ['type'],
  options: Type.Object({
    type: text('NAME', 'The type, as credentials name it.', { pattern: '^[A-Z][A-Za-z0-9]*$' }),
    burn: iotx('What obtaining a credential of the type burns.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withWriter(options, context, async (writer) => {
      const { signer } = writer
      const { registry } = expectLedger(writer)
      const asIssuer = registry.connect(signer) as typeof registry
      const id = credentialTypeId((await signer.getAddress()).toLowerCase() as Hex, options.type)
      const burn = toWei(options.burn)
      if (BigInt(await registry.issuerOf(id)) === 0n) await asIssuer.defineType(options.type, burn)
      else if ((await registry.burnOf(id)) !== burn) await asIssuer.setBurn(options.type, burn)
      const burnt = await registry.burnOf(id)
      return {
        lines: [`${options.type} is ${id}, and burns ${formatEther(burnt)} IOTX`],
        json: { type: options.type, id, burnWei: burnt, transactions: signer.transactions },
      }
    }),
})
