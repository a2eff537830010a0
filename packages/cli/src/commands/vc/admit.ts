import { Type } from 'typebox'
import { defineCommand, flag, text } from '../../command.ts'
import { address, expectLedger, SENDS, withWriter, writeOptions } from '../../identity.ts'

export default defineCommand({
  summary: 'List an issuer of credentials on chain, or strike it off, as governance',
  details: [
    SENDS,
    'The keystore is of whom the authority lets do it: the deployer, until governance has taken over. Of an issuer that was struck off no credential is held any longer.',
  ],
  operands: ['account'],
  options: Type.Object({
    account: address("The issuer's account, which defines types, anchors lists and signs grants."),
    did: text('DID', "The issuer's DID, which signs its credentials.", { pattern: '^did:[a-z0-9]+:.+$' }),
    strikeOff: flag('Strike it off.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withWriter(options, context, async (writer) => {
      const { signer } = writer
      const ledger = expectLedger(writer)
      const { account, did, strikeOff } = options
      const asGovernance = ledger.registry.connect(signer) as typeof ledger.registry
      const known = await ledger.issuer(did)
      const isListed = known?.account === account.toLowerCase() && known.isListed
      if (strikeOff && isListed) await asGovernance.removeIssuer(account)
      if (!strikeOff && !isListed) await asGovernance.addIssuer(account, did)
      return {
        lines: [`${did}, ${account}, is ${strikeOff ? 'no issuer' : 'an issuer'}`],
        json: { account, did, isListed: !strikeOff, transactions: signer.transactions },
      }
    }),
})
