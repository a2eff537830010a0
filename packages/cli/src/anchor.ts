/**
 * How commands anchor status lists: with the account that governance lists for the issuer.
 * @module
 */
import type { LedgerList } from '@iotex2/identity/credentials/ledger'
import { ListAnchorer, type PublishedList } from '@iotex2/identity/credentials/list-anchorer'
import type { Hex } from '@iotex2/protocol/hex'
import { expectLedger, type Writer } from './identity.ts'

/** Anchors a list, unless it is anchored. Throws CredentialError, and what the signer throws. */
export async function anchorList(writer: Writer, list: PublishedList): Promise<LedgerList> {
  const { signer } = writer
  const anchorer = new ListAnchorer({
    ledger: expectLedger(writer),
    account: (await signer.getAddress()).toLowerCase() as Hex,
    send: (_, call) => signer.sendTransaction(call),
  })
  return anchorer.anchor(list)
}
