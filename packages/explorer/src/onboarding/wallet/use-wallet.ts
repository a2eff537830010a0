/**
 * The wallet that the person chose, its account and its network, followed as they change.
 * @module
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { PortalError } from '../errors.ts'
import type { OnboardingChain } from '../onboarding-api.ts'
import { discoverWallets, type WalletPage } from './discovery.ts'
import { type Eip1193Provider, toPortalError, type Wallet } from './eip1193.ts'

/** Which wallet this page was let into; it is asked again, without a question to the person. */
const REMEMBERED = 'iotex2-wallet'

export interface Connected {
  wallet: Wallet
  /** The account in use, first of {@link accounts}. */
  account: string
  accounts: readonly string[]
  chainId: number
}

export interface WalletSession {
  /** Every wallet that is there. */
  wallets: readonly Wallet[]
  connected: Connected | null
  /** Asks the person. Throws {@link PortalError}. */
  connect(wallet: Wallet): Promise<void>
  /** Lets the person choose other accounts. Throws {@link PortalError}. */
  chooseAccounts(): Promise<void>
  /** Switches to `chain`, adding it where the wallet does not know it. Throws {@link PortalError}. */
  switchChain(chain: OnboardingChain): Promise<void>
  disconnect(): void
}

export function useWallet(): WalletSession {
  const [wallets, setWallets] = useState<readonly Wallet[]>([])
  const [connected, setConnected] = useState<Connected | null>(null)
  useEffect(() => discoverWallets(window as unknown as WalletPage, setWallets), [])

  const wallet = connected?.wallet
  useEffect(() => (wallet ? follow(wallet, setConnected) : undefined), [wallet])

  // Once a page load: the person may disconnect, and then stays so.
  const restored = useRef(false)
  useEffect(() => {
    const known = wallets.find(({ info }) => info.rdns === remembered())
    if (!known || restored.current) return
    restored.current = true
    void read(known, 'eth_accounts').then(
      (found) => found && setConnected((current) => current ?? found),
      // A wallet that is locked or gone is connected by hand.
      () => undefined,
    )
  }, [wallets])

  const connect = useCallback(async (chosen: Wallet) => {
    const found = await read(chosen, 'eth_requestAccounts')
    if (!found) throw new PortalError('WALLET_REJECTED', 'The wallet shares no account with this page.')
    remember(chosen.info.rdns)
    setConnected(found)
  }, [])

  const chooseAccounts = useCallback(async () => {
    if (!wallet) return
    await ask(wallet.provider, 'wallet_requestPermissions', [{ eth_accounts: {} }])
    setConnected(await read(wallet, 'eth_accounts'))
  }, [wallet])

  const switchChain = useCallback(
    async (chain: OnboardingChain) => {
      if (!wallet) return
      await switchTo(wallet.provider, chain)
      setConnected(await read(wallet, 'eth_accounts'))
    },
    [wallet],
  )

  const disconnect = useCallback(() => {
    remember(undefined)
    setConnected(null)
  }, [])

  return { wallets, connected, connect, chooseAccounts, switchChain, disconnect }
}

async function ask<T>(provider: Eip1193Provider, method: string, params: readonly unknown[] = []): Promise<T> {
  try {
    return (await provider.request({ method, params })) as T
  } catch (error) {
    throw toPortalError(error)
  }
}

/** Returns the wallet's account and network, or null where it shares no account. */
async function read(wallet: Wallet, method: 'eth_accounts' | 'eth_requestAccounts'): Promise<Connected | null> {
  const accounts = await ask<string[]>(wallet.provider, method)
  const chainId = Number(await ask<string>(wallet.provider, 'eth_chainId'))
  const [account] = accounts
  return account === undefined ? null : { wallet, account, accounts, chainId }
}

/** Returns what ends it. */
function follow(wallet: Wallet, setConnected: (change: (current: Connected | null) => Connected | null) => void) {
  const { provider } = wallet
  const change = (changed: Partial<Connected> | null) =>
    setConnected((current) => (current?.wallet !== wallet || changed === null ? null : { ...current, ...changed }))
  const onAccounts = (accounts: string[]) => {
    const [account] = accounts
    change(account === undefined ? null : { account, accounts })
  }
  const onChain = (chainId: string) => change({ chainId: Number(chainId) })
  provider.on?.('accountsChanged', onAccounts)
  provider.on?.('chainChanged', onChain)
  return () => {
    provider.removeListener?.('accountsChanged', onAccounts)
    provider.removeListener?.('chainChanged', onChain)
  }
}

/** EIP-3326, and EIP-3085 for a network that the wallet does not know. */
export async function switchTo(provider: Eip1193Provider, chain: OnboardingChain): Promise<void> {
  const chainId = `0x${chain.id.toString(16)}`
  try {
    await ask(provider, 'wallet_switchEthereumChain', [{ chainId }])
  } catch (error) {
    if (!(error instanceof PortalError) || error.code !== 'WALLET_CHAIN_UNKNOWN' || chain.rpcUrl === null) throw error
    await ask(provider, 'wallet_addEthereumChain', [
      {
        chainId,
        chainName: chain.name,
        nativeCurrency: { name: chain.symbol, symbol: chain.symbol, decimals: 18 },
        rpcUrls: [chain.rpcUrl],
        ...(chain.explorerUrl === null ? {} : { blockExplorerUrls: [chain.explorerUrl] }),
      },
    ])
  }
  // A wallet may add a network without switching to it.
  if (Number(await ask<string>(provider, 'eth_chainId')) !== chain.id)
    await ask(provider, 'wallet_switchEthereumChain', [{ chainId }])
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED)
  } catch {
    return null
  }
}

function remember(rdns: string | undefined): void {
  try {
    if (rdns === undefined) localStorage.removeItem(REMEMBERED)
    else localStorage.setItem(REMEMBERED, rdns)
  } catch {
    // Storage may be forbidden: the wallet is then chosen again after a reload.
  }
}
