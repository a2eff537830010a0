/**
 * A staker at work: the contracts through the wallet, and transactions that survive a reload.
 * @module
 */
import { useCallback, useMemo, useState } from 'react'
import { type Transaction, WalletChain } from '../onboarding/chain/wallet-chain.ts'
import { PortalError } from '../onboarding/errors.ts'
import { type Pending, readJournal, writeJournal } from '../onboarding/journal.ts'
import type { Connected } from '../onboarding/wallet/use-wallet.ts'
import { explainStakeRevert } from './reverts.ts'
import { StakeChain } from './stake-chain.ts'
import type { StakeOverview } from './types.ts'

export interface Staker {
  account: string
  stake: StakeChain
  /** What was sent and not seen on chain yet, by this page or before it was loaded. */
  pending: Pending | undefined
  /** Sends, and waits until it is in a block. Throws {@link PortalError}. */
  transact(what: string, transaction: Transaction): Promise<void>
  /** Waits for what is pending. Throws {@link PortalError}. */
  resume(pending: Pending): Promise<void>
  forget(): void
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** `connected` is on the right network. */
export function useStaker({ wallet, account }: Connected, { chainId, contracts }: StakeOverview): Staker {
  const { provider } = wallet
  // The overview is read again and again; its contracts stay.
  const places = JSON.stringify(contracts)
  const stake = useMemo(() => {
    const chain = new WalletChain({ provider, chainId, sleep, explain: explainStakeRevert })
    return new StakeChain(chain, JSON.parse(places) as StakeOverview['contracts'])
  }, [provider, chainId, places])
  const [pending, setPending] = useState<Pending | undefined>(() => readJournal(localStorage, chainId, account).pending)

  const note = useCallback(
    (change: Pending | undefined) => {
      const { pending: _before, ...rest } = readJournal(localStorage, chainId, account)
      writeJournal(localStorage, chainId, account, change === undefined ? rest : { ...rest, pending: change })
      setPending(change)
    },
    [chainId, account],
  )
  const forget = useCallback(() => note(undefined), [note])

  const resume = useCallback(
    async ({ hash }: Pending) => {
      try {
        await stake.chain.mined(hash)
        forget()
      } catch (error) {
        // Of one that failed otherwise it is not known whether it will be mined yet.
        if (error instanceof PortalError && error.code === 'TRANSACTION_REVERTED') forget()
        throw error
      }
    },
    [stake, forget],
  )

  const transact = useCallback(
    async (what: string, transaction: Transaction) => {
      const sent = { what, hash: await stake.chain.send(transaction) }
      note(sent)
      await resume(sent)
    },
    [stake, note, resume],
  )

  return useMemo(
    () => ({ account, stake, pending, transact, resume, forget }),
    [account, stake, pending, transact, resume, forget],
  )
}
