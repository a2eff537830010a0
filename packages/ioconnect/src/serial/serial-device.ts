/**
 * The device's end of the serial line (docs/serial-protocol.md): who it is, proofs that it has its key, and what it is
 * told about network and server.
 *
 * It signs what it has understood: it makes each digest itself, and never signs one that it was given. Answering twice is
 * the same as answering once, so that a host may ask again when a reply was lost.
 * @module
 */
import { signDevicePermit } from '@iotex2/identity/device-permit'
import { formatDid } from '@iotex2/identity/did'
import { documentHash } from '@iotex2/identity/document'
import type { DeviceKey } from '@iotex2/identity/key'
import { signPermit } from '@iotex2/identity/permit'
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import {
  checkSerialParameters,
  type DeviceDid,
  type DeviceInfo,
  type DeviceSignature,
  DOCUMENT_PART_BYTES,
  type DocumentPart,
  encodeSerialFault,
  encodeSerialResult,
  isSerialMethod,
  type PermitRequest,
  parseSerialRequest,
  possessionHash,
  SERIAL_PROTOCOL,
  SerialError,
  type SerialMethod,
  type SerialMethods,
  type ServerSettings,
} from '@iotex2/protocol/serial/messages'

/** The chain id on which development keys may consent to anything. */
const DEVELOPMENT_CHAIN_ID = '31337'

export interface SerialDeviceOptions {
  key: DeviceKey
  model: string
  firmware: string
  /** The bytes of its DID document. */
  document: Uint8Array
  /** Keeps and applies where readings go. Without it the device does not have `server.set`. */
  setServer?: (settings: ServerSettings) => Promise<void>
}

type Answers = {
  [M in SerialMethod]: (params: SerialMethods[M][0]) => SerialMethods[M][1] | Promise<SerialMethods[M][1]>
}

export class SerialDevice {
  readonly #options: SerialDeviceOptions
  readonly #answers: Answers

  constructor(options: SerialDeviceOptions) {
    this.#options = options
    this.#answers = {
      'device.info': () => this.#info(),
      'did.get': () => this.#did(),
      'did.document': ({ offset }) => this.#documentPart(offset),
      'did.prove': (possession) => this.#sign(possessionHash(this.#did().did, possession)),
      'did.permit': (permit) => this.#permit(permit),
      'network.set': () => this.#refuse('network.set', 'This device has no network of its own to set up.'),
      'server.set': (settings) => this.#setServer(settings),
    }
  }

  /** Returns the reply to a request. Never throws: whatever goes wrong is a reply too. */
  async answer(message: Uint8Array): Promise<Uint8Array> {
    let id: number | null = null
    try {
      const request = parseSerialRequest(message)
      id = request.id
      if (!isSerialMethod(request.method))
        throw new SerialError('METHOD_UNKNOWN', `There is no method ${request.method.slice(0, 40)}.`)
      return encodeSerialResult(id, await this.#call(request.method, request.params))
    } catch (error) {
      if (error instanceof SerialError) return encodeSerialFault(id, error.reason, error.message)
      return encodeSerialFault(id, 'INTERNAL', 'The device failed.')
    }
  }

  #call<M extends SerialMethod>(method: M, params: unknown): Promise<SerialMethods[M][1]> | SerialMethods[M][1] {
    const answer = this.#answers[method] as (params: SerialMethods[M][0]) => SerialMethods[M][1]
    return answer(checkSerialParameters(method, params))
  }

  #info(): DeviceInfo {
    const { model, firmware, setServer } = this.#options
    return { protocol: SERIAL_PROTOCOL, model, firmware, features: setServer ? ['server.set'] : [] }
  }

  #did(): DeviceDid {
    const { key } = this.#options
    return { did: formatDid(key.address), keyType: 'secp256k1', publicKey: toHex(key.publicKey) }
  }

  #documentPart(offset: number): DocumentPart {
    const { document } = this.#options
    if (offset > document.length)
      throw new SerialError('PARAMETERS_INVALID', `did.document: the document has ${document.length} bytes.`)
    const part = document.subarray(offset, offset + DOCUMENT_PART_BYTES)
    return {
      hash: documentHash(document),
      length: document.length,
      offset,
      part: Buffer.from(part).toString('base64'),
    }
  }

  #permit(request: PermitRequest): DeviceSignature {
    const { key } = this.#options
    if (key.development && request.chainId !== DEVELOPMENT_CHAIN_ID)
      throw new SerialError(
        'KEY_REFUSED',
        `An unencrypted development key is for chain ${DEVELOPMENT_CHAIN_ID}, not ${request.chainId}: make a keystore.`,
      )
    const domain = {
      chainId: BigInt(request.chainId),
      registry: request.registry,
      owner: request.owner,
      nonce: BigInt(request.nonce),
    }
    if (request.kind === 'legacy') {
      const { r, s, v } = signPermit(key, domain)
      return { signature: `${r}${s.slice(2)}${v.toString(16)}` as Hex }
    }
    const { action, hash, uri, deviceContract } = request
    const bound = { action, hash, uri, deviceContract, tokenId: BigInt(request.tokenId) }
    const deadline = BigInt(request.deadline)
    return { signature: signDevicePermit(key, { ...domain, ...bound, device: key.address, deadline }).signature }
  }

  #sign(digest: Uint8Array): DeviceSignature {
    const { r, s, v } = this.#options.key.signRecoverable(digest)
    return { signature: `${r}${s.slice(2)}${v.toString(16)}` as Hex }
  }

  #refuse(method: SerialMethod, message: string): never {
    throw new SerialError('UNSUPPORTED', `${method}: ${message}`)
  }

  async #setServer(settings: ServerSettings): Promise<{ applied: boolean }> {
    const { setServer } = this.#options
    if (!setServer) this.#refuse('server.set', 'This device’s server is fixed.')
    try {
      await setServer(settings)
    } catch (error) {
      if (error instanceof SerialError) throw error
      throw new SerialError(
        'STORAGE_FAILED',
        error instanceof CodedError ? error.message : 'The settings were not kept.',
      )
    }
    return { applied: true }
  }
}
