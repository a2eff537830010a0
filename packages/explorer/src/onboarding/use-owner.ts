/**
 * An owner at work: the chain through the wallet, the journal of this account, and transactions that survive a reload.
 * @module
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { IdentityChain } from './chain/identity-chain.ts'
import { explainRevert } from './chain/reverts.ts'
import { type Receipt, type Transaction, WalletChain } from './chain/wallet-chain.ts'
import { PortalError } from './errors.ts'
import { type Journal, type Pending, readJournal, writeJournal } from './journal.ts'
import type { OnboardingInfo } from './onboarding-api.ts'
import type { Connected } from './wallet/use-wallet.ts'

export interface Owner {
  account: string
  /** All that the wallet shares. */
  accounts: readonly string[]
  info: OnboardingInfo
  identity: IdentityChain
  journal: Journal
  /** Changes the journal, here and in storage. */
  note(change: Partial<Journal>): void
  /**
   * Sends a transaction and waits until it is in a block. It is in the journal from the moment that the wallet has sent it.
   * Throws {@link PortalError}.
   */
  transact(what: string, transaction: Transaction): Promise<Receipt>
  /** Waits for a transaction of the journal, sent before this page was loaded. Throws {@link PortalError}. */
  resume(pending: Pending): Promise<Receipt>
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** `connected` is on the right network. */
export function useOwner({ wallet, account, accounts }: Connected, info: OnboardingInfo): Owner {
  const { provider } = wallet
  const chainId = info.chain.id
  const identity = useMemo(
    () => new IdentityChain(new WalletChain({ provider, chainId, sleep, explain: explainRevert }), info),
    [provider, chainId, info],
  )
  const [journal, setJournal] = useState<Journal>(() => readJournal(localStorage, chainId, account))
  // What is noted while a transaction is awaited must not undo what was noted meanwhile.
  const latest = useRef(journal)

  const note = useCallback(
    (change: Partial<Journal>) => {
      latest.current = { ...latest.current, ...change }
      writeJournal(localStorage, chainId, account, latest.current)
      setJournal(latest.current)
    },
    [chainId, account],
  )

  // Another tab of this page may go on with the same device.
  useEffect(() => {
    const onStorage = ({ storageArea }: StorageEvent) => {
      if (storageArea !== localStorage) return
      latest.current = readJournal(localStorage, chainId, account)
      setJournal(latest.current)
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }, [chainId, account])

  const forget = useCallback(() => {
    const { pending: _ended, ...rest } = latest.current
    latest.current = rest
    note({})
  }, [note])

  const resume = useCallback(
    async ({ hash }: Pending): Promise<Receipt> => {
      try {
        const receipt = await identity.chain.mined(hash)
        const gasWei = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice ?? 0)
        // Another account may have paid for a deposit.
        if (receipt.from.toLowerCase() === account.toLowerCase())
          note({ spentWei: String(BigInt(latest.current.spentWei ?? 0) + gasWei) })
        forget()
        return receipt
      } catch (error) {
        // Of one that failed otherwise it is not known whether it will be mined yet.
        if (error instanceof PortalError && error.code === 'TRANSACTION_REVERTED') forget()
        throw error
      }
    },
    [identity, account, note, forget],
  )

  const transact = useCallback(
    async (what: string, transaction: Transaction): Promise<Receipt> => {
      const hash = await identity.chain.send(transaction)
      const pending = { what, hash }
      note({ pending })
      return resume(pending)
    },
    [identity, note, resume],
  )

  return useMemo(
    () => ({ account, accounts, info, identity, journal, note, transact, resume }),
    [account, accounts, info, identity, journal, note, transact, resume],
  )
}
