/**
 * A wallet in the page (EIP-1193, announced by EIP-6963) whose keys lie here, and whose transactions go to a real chain.
 * It asks nobody: a test says what the person would answer.
 * @module
 */
import { JsonRpcProvider, type TransactionRequest, Wallet } from 'ethers'
import type { Page } from 'playwright-core'

/** What EIP-1193 calls ProviderRpcError. */
interface RpcFault {
  code: number
  message: string
  data?: unknown
}

export interface InjectedWalletOptions {
  rpcUrl: string
  chainId: number
  keys: readonly string[]
  /** Announces itself; otherwise it only stands at window.ethereum, as older ones do. */
  announced?: boolean
}

/** As the page hands it to a wallet. */
interface WalletTransaction {
  from: string
  to?: string
  data: string
  value: string
  chainId: string
}

const REJECTED: RpcFault = { code: 4001, message: 'User rejected the request.' }
const CHAIN_UNKNOWN: RpcFault = { code: 4902, message: 'Unrecognized chain ID.' }

export class InjectedWallet {
  /** The network that the wallet is on. */
  chainId: number
  /** Networks that it knows. */
  readonly known: Set<number>
  /** Accounts that the page may see, the one in use first. */
  shared: string[] = []
  /** Methods that the person says no to, from now on. */
  readonly rejects = new Set<string>()
  /** How many more questions the person says yes to, before it has had enough. */
  patience = Number.POSITIVE_INFINITY
  /** Methods that asked the person, in order. */
  readonly asked: string[] = []
  readonly #rpcUrl: string
  readonly #realChainId: number
  readonly #provider: JsonRpcProvider
  readonly #wallets: Wallet[]
  readonly #announced: boolean
  #page: Page | undefined

  constructor({ rpcUrl, chainId, keys, announced = true }: InjectedWalletOptions) {
    this.chainId = chainId
    this.known = new Set([1, chainId])
    this.#rpcUrl = rpcUrl
    this.#realChainId = chainId
    this.#provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1, pollingInterval: 20 })
    this.#wallets = keys.map((key) => new Wallet(key, this.#provider))
    this.#announced = announced
  }

  get addresses(): string[] {
    return this.#wallets.map(({ address }) => address.toLowerCase())
  }

  /** Puts the wallet into every document that the page loads. */
  async install(page: Page): Promise<void> {
    this.#page = page
    await page.exposeBinding('walletRequest', async (_source, call: { method: string; params?: unknown[] }) => {
      try {
        return { result: await this.#answer(call.method, call.params ?? []) }
      } catch (error) {
        return { error: faultOf(error) }
      }
    })
    await page.addInitScript(INSTALL, { announced: this.#announced })
  }

  /** The person chooses another account in the wallet. */
  async useAccount(address: string): Promise<void> {
    this.shared = [address, ...this.shared.filter((other) => other !== address)]
    await this.#emit('accountsChanged', this.shared)
  }

  /** The person chooses another network in the wallet. */
  async useChain(chainId: number): Promise<void> {
    this.chainId = chainId
    await this.#emit('chainChanged', `0x${chainId.toString(16)}`)
  }

  stop(): void {
    this.#provider.destroy()
  }

  async #emit(event: string, value: unknown): Promise<void> {
    await this.#page!.evaluate(`walletEmit(${JSON.stringify(event)}, ${JSON.stringify(value)})`)
  }

  #ask(method: string): void {
    this.asked.push(method)
    if (this.rejects.has(method) || this.patience-- <= 0) throw REJECTED
  }

  async #answer(method: string, params: unknown[]): Promise<unknown> {
    switch (method) {
      case 'eth_chainId':
        return `0x${this.chainId.toString(16)}`
      case 'eth_accounts':
        return this.shared
      case 'eth_requestAccounts':
        if (this.shared.length === 0) {
          this.#ask(method)
          this.shared = [this.addresses[0]!]
        }
        return this.shared
      case 'wallet_requestPermissions':
        this.#ask(method)
        this.shared = this.addresses
        await this.#emit('accountsChanged', this.shared)
        return [{ parentCapability: 'eth_accounts' }]
      case 'wallet_switchEthereumChain': {
        const { chainId } = params[0] as { chainId: string }
        if (!this.known.has(Number(chainId))) throw CHAIN_UNKNOWN
        this.#ask(method)
        await this.useChain(Number(chainId))
        return null
      }
      case 'wallet_addEthereumChain': {
        const { chainId } = params[0] as { chainId: string }
        this.#ask(method)
        this.known.add(Number(chainId))
        return null
      }
      case 'eth_sendTransaction':
        return this.#send(params[0] as WalletTransaction)
      default:
        return this.#forward(method, params)
    }
  }

  async #send({ from, to, data, value, chainId }: WalletTransaction): Promise<string> {
    if (Number(chainId) !== this.chainId) throw { code: -32602, message: 'Invalid chain.' }
    this.#ask('eth_sendTransaction')
    const wallet = this.#wallets.find(({ address }) => address.toLowerCase() === from.toLowerCase())
    if (!wallet || !this.shared.includes(from.toLowerCase())) throw { code: 4100, message: 'Not authorized.' }
    const request: TransactionRequest = { data, value: BigInt(value), ...(to === undefined ? {} : { to }) }
    return (await wallet.sendTransaction(request)).hash
  }

  async #forward(method: string, params: unknown[]): Promise<unknown> {
    if (this.chainId !== this.#realChainId) throw { code: 4901, message: 'Not connected to the chain.' }
    const response = await fetch(this.#rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await response.json()) as { result?: unknown; error?: RpcFault }
    // As MetaMask wraps what its node says.
    if (error) throw { code: -32603, message: 'Internal JSON-RPC error.', data: error }
    return result
  }
}

/** What of an error a wallet tells the page. */
function faultOf(error: unknown): RpcFault {
  const { code, message, data, info } = error as Partial<RpcFault> & { info?: { error?: RpcFault } }
  if (typeof code === 'number') return { code, message: String(message), data }
  return info?.error ?? { code: -32603, message: String(message) }
}

/** Runs in the page, before its own scripts. */
function INSTALL({ announced }: { announced: boolean }): void {
  type Listener = (value: unknown) => void
  const page = globalThis as unknown as EventTarget & {
    walletRequest(call: object): Promise<{ result?: unknown; error?: { message: string } }>
    walletEmit: (event: string, value: unknown) => void
    ethereum?: object
  }
  const listeners = new Map<string, Set<Listener>>()
  const provider = {
    request: async (call: object) => {
      const { result, error } = await page.walletRequest(call)
      if (error) throw Object.assign(new Error(error.message), error)
      return result
    },
    on: (event: string, listener: Listener) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener))
    },
    removeListener: (event: string, listener: Listener) => {
      listeners.get(event)?.delete(listener)
    },
  }
  page.walletEmit = (event, value) => {
    for (const listener of listeners.get(event) ?? []) listener(value)
  }
  if (!announced) {
    page.ethereum = provider
    return
  }
  const icon =
    'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="%23e2761b"/></svg>'
  const info = { uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: 'Test wallet', icon, rdns: 'org.example.wallet' }
  const announce = () =>
    page.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info: Object.freeze(info), provider }) }),
    )
  page.addEventListener('eip6963:requestProvider', announce)
  announce()
}
