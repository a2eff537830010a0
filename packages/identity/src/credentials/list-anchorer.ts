/**
 * Anchors an issuer's published status lists on chain: opens the list where there is none at its URL, sets the bits that
 * the chain lacks, and names the hash. Run again after an interruption, it goes on where it stopped.
 * @module
 */
import type { Call } from '@iotex2/chain/sender'
import type { Hex } from '@iotex2/protocol/hex'
import { documentHash } from '../document.ts'
import { CredentialError } from './errors.ts'
import type { ChainLedger, LedgerList } from './ledger.ts'
import { MINIMUM_BITS, STATUS_PURPOSES, type StatusList, type StatusPurpose } from './status-list.ts'

export interface ListAnchorerOptions {
  ledger: ChainLedger
  /** The issuer's account, which `send` sends from. */
  account: Hex
  /** Sends a call and resolves once it is mined. */
  send: (step: string, call: Call) => Promise<unknown>
}

/** A list as it is published. */
export interface PublishedList {
  url: string
  issuer: string
  purpose: StatusPurpose
  list: StatusList
  bytes: Uint8Array
}

const WORD_BYTES = 32

export class ListAnchorer {
  readonly #options: ListAnchorerOptions

  constructor(options: ListAnchorerOptions) {
    this.#options = options
  }

  /** The issuer's account. */
  get account(): Hex {
    return this.#options.account
  }

  /**
   * Anchors a list, unless it is the one that is anchored. Returns it as the chain has it. Throws {@link CredentialError}
   * where the account is not that of the list's issuer, or the list is older than what the chain has.
   */
  async anchor({ url, issuer, purpose, list, bytes }: PublishedList): Promise<LedgerList> {
    const { ledger, account, send } = this.#options
    const { registry } = ledger
    await this.#expectIssuer(issuer)
    let known = await ledger.list(account, url)
    if (!known) {
      const create = registry.createStatusList.populateTransaction(STATUS_PURPOSES.indexOf(purpose), url)
      await send('createStatusList', await create)
      known = (await ledger.list(account, url))!
    }
    if (known.purpose !== purpose)
      throw new CredentialError('STATUS_LIST_MISMATCH', `The chain has ${url} as a list for ${known.purpose}.`)
    const hash = documentHash(bytes)
    if (known.hash === hash) return known
    const former = await ledger.versionOf(known.id, hash)
    if (former !== 0n)
      throw new CredentialError(
        'STATUS_LIST_OUTDATED',
        `The list is version ${former}, and the chain is at ${known.version}.`,
      )
    const { set, cleared } = await this.#compare(known.id, list)
    if (purpose === 'revocation' && cleared.length > 0)
      throw new CredentialError(
        'STATUS_LIST_OUTDATED',
        `The list lacks ${cleared.length} revocations that the chain has.`,
      )
    const version = known.version + 1n
    const update = registry.updateStatus.populateTransaction(known.id, version, set, cleared, hash)
    await send('updateStatus', await update)
    return { ...known, version, hash }
  }

  async #expectIssuer(issuer: string): Promise<void> {
    const { ledger, account } = this.#options
    const known = await ledger.issuer(issuer)
    if (!known?.isListed)
      throw new CredentialError('ISSUER_NOT_LISTED', `Governance lists no issuer ${issuer.slice(0, 200)}.`)
    if (known.account !== account)
      throw new CredentialError(
        'ISSUER_NOT_LISTED',
        `Governance lists ${issuer.slice(0, 200)} with the account ${known.account}, which is not ${account}.`,
      )
  }

  /** Returns the bits that the chain has to set and to clear. */
  async #compare(id: bigint, list: StatusList): Promise<{ set: number[]; cleared: number[] }> {
    if (list.length !== MINIMUM_BITS)
      throw new CredentialError('STATUS_LIST_MALFORMED', `A list on chain has ${MINIMUM_BITS} bits.`)
    const words = await this.#options.ledger.registry.statusWords(id, 0, MINIMUM_BITS / (8 * WORD_BYTES))
    const set: number[] = []
    const cleared: number[] = []
    for (const [i, word] of words.entries()) {
      const anchored = Buffer.from(word.toString(16).padStart(2 * WORD_BYTES, '0'), 'hex')
      for (let bit = 0; bit < 8 * WORD_BYTES; bit++) {
        const index = i * 8 * WORD_BYTES + bit
        const isAnchored = (anchored[bit >> 3]! & (0x80 >> (bit & 7))) !== 0
        if (list.get(index) !== isAnchored) (isAnchored ? cleared : set).push(index)
      }
    }
    return { set, cleared }
  }
}
