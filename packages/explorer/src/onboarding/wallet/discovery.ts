/**
 * Which wallets there are: those that announce themselves (EIP-6963), each as any other; where none does, what older ones
 * leave at `window.ethereum`.
 * @module
 */
import type { Eip1193Provider, Wallet, WalletInfo } from './eip1193.ts'

/** The window, as far as wallets use it. */
export interface WalletPage extends EventTarget {
  ethereum?: Eip1193Provider
}

const ANNOUNCE = 'eip6963:announceProvider'
const REQUEST = 'eip6963:requestProvider'

const INJECTED: WalletInfo = { uuid: 'injected', name: 'Browser wallet', icon: '', rdns: 'injected' }

/** Calls `changed` with every wallet, in the order of their announcement, now and as more come. Returns what ends it. */
export function discoverWallets(page: WalletPage, changed: (wallets: readonly Wallet[]) => void): () => void {
  const announced = new Map<string, Wallet>()
  const tell = () => {
    const injected = announced.size === 0 && page.ethereum ? [{ info: INJECTED, provider: page.ethereum }] : []
    changed([...announced.values(), ...injected])
  }
  const onAnnounce = (event: Event) => {
    const wallet = readAnnouncement((event as CustomEvent<unknown>).detail)
    // The same wallet announces itself again to whoever asks.
    if (!wallet || announced.get(wallet.info.uuid)?.provider === wallet.provider) return
    announced.set(wallet.info.uuid, wallet)
    tell()
  }
  page.addEventListener(ANNOUNCE, onAnnounce)
  page.dispatchEvent(new Event(REQUEST))
  tell()
  return () => page.removeEventListener(ANNOUNCE, onAnnounce)
}

/** Any script of the page may announce anything: the icon is shown only as a picture that the announcement itself holds. */
function readAnnouncement(detail: unknown): Wallet | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Partial<WalletInfo>; provider?: Partial<Eip1193Provider> }
  const { uuid, name, icon, rdns } = info ?? {}
  if (typeof uuid !== 'string' || typeof name !== 'string' || typeof provider?.request !== 'function') return undefined
  return {
    info: {
      uuid,
      name: name.slice(0, 40),
      icon: typeof icon === 'string' && icon.startsWith('data:image/') ? icon : '',
      rdns: typeof rdns === 'string' ? rdns : '',
    },
    provider: provider as Eip1193Provider,
  }
}
