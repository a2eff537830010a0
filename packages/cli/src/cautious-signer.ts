/**
 * A signer that says what each transaction does and costs before it sends it, and waits until it is mined.
 * @module
 */
import { interfaces } from '@iotex2/chain/contracts/interfaces'
import { type Call, TransactionSender } from '@iotex2/chain/sender'
import { CodedError } from '@iotex2/protocol/errors'
import {
  AbstractSigner,
  formatEther,
  type Interface,
  isHexString,
  type JsonRpcProvider,
  resolveAddress,
  type TransactionDescription,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  type TypedDataField,
  Wallet,
} from 'ethers'
import type { Context } from './command.ts'

/**
 * Thrown when a transaction is not to be sent: CONFIRMATION_REQUIRED where nobody can be asked and --yes was not given,
 * CONFIRMATION_DECLINED where the answer was no. Transactions before it stand.
 */
export class ConfirmationError extends CodedError {
  constructor(code: 'CONFIRMATION_REQUIRED' | 'CONFIRMATION_DECLINED', sent: number) {
    const before = sent === 0 ? 'Nothing was sent' : `${sent} transactions were sent, and no more`
    super(code, code === 'CONFIRMATION_REQUIRED' ? `${before}: add --yes to send without a question.` : `${before}.`)
  }
}

/** Thrown when a transaction is mined and the node does not show it. Code TRANSACTION_MISSING. */
class TransactionMissingError extends CodedError {
  constructor(hash: string) {
    super('TRANSACTION_MISSING', `The node gave a receipt of ${hash} and does not know the transaction: ask it later.`)
  }
}

export interface CautiousSignerOptions {
  provider: JsonRpcProvider
  privateKey: string
  context: Pick<Context, 'terminal' | 'progress'>
  /** Sends without a question. */
  yes: boolean
  /** Names of contracts by address, for telling what a call does. */
  names: ReadonlyMap<string, { name: string; interface: Interface }>
  /** How often receipts are asked for. */
  pollIntervalMs?: number
}

export class CautiousSigner extends AbstractSigner<JsonRpcProvider> {
  /** Hashes of what was sent and mined, in order. */
  readonly transactions: string[] = []
  readonly #options: CautiousSignerOptions
  readonly #wallet: Wallet
  readonly #sender: TransactionSender
  /** One question at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: CautiousSignerOptions) {
    super(options.provider)
    this.#options = options
    this.#wallet = new Wallet(options.privateKey)
    const { provider, privateKey, pollIntervalMs } = options
    this.#sender = new TransactionSender({ provider, privateKey, ...(pollIntervalMs && { pollIntervalMs }) })
  }

  override connect(): CautiousSigner {
    return this
  }

  override async getAddress(): Promise<string> {
    return this.#wallet.address
  }

  override signTransaction(transaction: TransactionRequest): Promise<string> {
    return this.#wallet.signTransaction(transaction)
  }

  override signMessage(message: string | Uint8Array): Promise<string> {
    return this.#wallet.signMessage(message)
  }

  override signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.#wallet.signTypedData(domain, types, value)
  }

  /**
   * Says what the call does and costs, asks, sends, and resolves when it is mined. Throws {@link ConfirmationError},
   * and what TransactionSender throws.
   */
  override sendTransaction(request: TransactionRequest): Promise<TransactionResponse> {
    const sent = this.#queue.then(() => this.#send(request))
    this.#queue = sent.catch(() => {})
    return sent
  }

  async #send({ to, data, value, gasLimit: given }: TransactionRequest): Promise<TransactionResponse> {
    const { provider, context, yes, names } = this.#options
    const call: Call = { data: data ?? '0x', value: value ?? 0n }
    if (to !== undefined && to !== null) call.to = await resolveAddress(to)
    const step = describeCall(call, names)
    // An estimate is the least that does not fail: a call that goes on where a part of it fails says itself what it needs.
    const { gasLimit, feeWei } = await this.#sender.quote(step, given ? { ...call, gasLimit: given } : call)
    context.progress.say(
      `${step}: ${BigInt(call.value!) === 0n ? 'sends nothing' : `sends ${formatEther(call.value!)} IOTX`}, gas at most ${formatEther(feeWei)} IOTX`,
    )
    if (!yes && !context.terminal.interactive)
      throw new ConfirmationError('CONFIRMATION_REQUIRED', this.transactions.length)
    if (!yes && !(await context.terminal.confirm('Send it?')))
      throw new ConfirmationError('CONFIRMATION_DECLINED', this.transactions.length)
    context.progress.report('waiting until it is mined')
    const receipt = await this.#sender.send(step, { ...call, gasLimit })
    this.transactions.push(receipt.hash)
    context.progress.say(
      `mined in block ${receipt.blockNumber}, cost ${formatEther(receipt.fee)} IOTX: ${receipt.hash}`,
    )
    const response = await provider.getTransaction(receipt.hash)
    if (!response) throw new TransactionMissingError(receipt.hash)
    return response
  }
}

/** Longest text of an argument that is shown. */
const LONGEST = 96

/** Returns a call as its contract's source would write it, arguments longer than `longest` cut short. */
export function describeCall(call: Call, names: CautiousSignerOptions['names'], longest = LONGEST): string {
  if (call.to === undefined) return 'creates a contract'
  const address = String(call.to)
  const known = names.get(address.toLowerCase())
  const data = String(call.data)
  const parsed = parse(data, known ? [known.interface] : interfaces)
  const name = known?.name ?? address
  return parsed
    ? `${name}.${parsed.name}(${argumentsOf(parsed, longest)})`
    : `calls ${name} with ${shorten(data, longest)}`
}

function parse(data: string, candidates: readonly Interface[]): TransactionDescription | undefined {
  for (const candidate of candidates) {
    const parsed = candidate.parseTransaction({ data })
    if (parsed) return parsed
  }
  return undefined
}

const argumentsOf = ({ fragment, args }: TransactionDescription, longest: number): string =>
  fragment.inputs.map(({ name }, i) => `${name.replace(/^_/, '')} ${shorten(format(args[i]), longest)}`).join(', ')

const format = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(format).join(', ')}]`
    : typeof value === 'string' && !isHexString(value)
      ? `"${value}"`
      : String(value)

const shorten = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, (longest * 2) / 3)}…` : text
