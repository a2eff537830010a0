import { createDocument, encodeDocument } from '@iotex2/identity/document'
import { DeviceKey } from '@iotex2/identity/key'
import {
  encodeSerialRequest,
  parseSerialReply,
  type SerialErrorName,
  type SerialMethod,
  serialErrorName,
} from '@iotex2/protocol/serial/messages'
import { recoverAddress, TypedDataEncoder } from 'ethers'
import { describe, expect, test } from 'vitest'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { SerialDevice, type SerialDeviceOptions } from './serial-device.ts'

const key = new DeviceKey(new Uint8Array(32).fill(1), { development: true })

const deviceWith = (options: Partial<SerialDeviceOptions> = {}): SerialDevice =>
  new SerialDevice({
    key,
    model: 'ioConnect simulator',
    firmware: '0.1.0',
    document: encodeDocument(createDocument(key)),
    setServer: async () => {},
    ...options,
  })

const ask = async (device: SerialDevice, method: string, params: unknown) =>
  parseSerialReply(await device.answer(encodeSerialRequest(1, method as SerialMethod, params as never)))

const refusal = async (device: SerialDevice, method: string, params: unknown): Promise<SerialErrorName | undefined> => {
  const reply = await ask(device, method, params)
  return 'error' in reply ? serialErrorName(reply.error.code) : undefined
}
const exchange = (method: string, kind?: string) =>
  vectors.exchanges.find((entry) => entry.method === method && (kind === undefined || entry.params.kind === kind))!

describe('golden', () => {
  test.each(vectors.exchanges.filter(({ method }) => method !== 'network.set'))(
    '$method $params.kind',
    async ({ request, reply }) => {
      expect(Buffer.from(await deviceWith().answer(Buffer.from(request))).toString()).toBe(reply)
    },
  )

  test('the device permit is what EIP-712 has, by ethers', () => {
    const { params, result } = exchange('did.permit', 'device')
    const { chainId, registry, kind: _kind, action: _action, ...message } = params as Record<string, string>
    const digest = TypedDataEncoder.hash(
      { name: 'ioIDRegistry', version: '1', chainId: chainId!, verifyingContract: registry! },
      {
        DevicePermit: [
          { name: 'action', type: 'uint8' },
          { name: 'device', type: 'address' },
          { name: 'owner', type: 'address' },
          { name: 'hash', type: 'bytes32' },
          { name: 'uri', type: 'string' },
          { name: 'deviceContract', type: 'address' },
          { name: 'tokenId', type: 'uint256' },
          { name: 'circuitKey', type: 'bytes32' },
          { name: 'nonce', type: 'uint256' },
          { name: 'deadline', type: 'uint256' },
        ],
      },
      { ...message, action: 0, device: key.address, circuitKey: `0x${'00'.repeat(32)}` },
    )
    expect(recoverAddress(digest, result.signature!).toLowerCase()).toBe(key.address)
  })

  test('so is the legacy permit', () => {
    const { params, result } = exchange('did.permit', 'legacy')
    const { chainId, registry, owner, nonce } = params as Record<string, string>
    const digest = TypedDataEncoder.hash(
      { name: 'ioIDRegistry', version: '1', chainId: chainId!, verifyingContract: registry! },
      {
        Permit: [
          { name: 'owner', type: 'address' },
          { name: 'nonce', type: 'uint256' },
        ],
      },
      { owner, nonce },
    )
    expect(recoverAddress(digest, result.signature!).toLowerCase()).toBe(key.address)
  })

  test('so is the proof of possession, of the digest in the vectors', () => {
    const { result } = exchange('did.prove')
    expect(recoverAddress(vectors.possession.hash, result.signature!).toLowerCase()).toBe(key.address)
  })
})

describe('errors', () => {
  const permit = exchange('did.permit', 'device').params
  test.each<[SerialErrorName, string, unknown]>([
    ['METHOD_UNKNOWN', 'did.sign', {}],
    ['METHOD_UNKNOWN', 'toString', {}],
    ['PARAMETERS_INVALID', 'did.document', { offset: 100_000 }],
    ['PARAMETERS_INVALID', 'did.prove', {}],
    // A key that lay on a disk unencrypted consents to nothing on a public chain.
    ['KEY_REFUSED', 'did.permit', { ...permit, chainId: '4690' }],
    ['UNSUPPORTED', 'network.set', { ssid: 'workshop', passphrase: 'correct horse' }],
  ])('%s: %s', async (name, method, params) => {
    expect(await refusal(deviceWith(), method, params)).toBe(name)
  })

  test('what is no request gets a reply without an id', async () => {
    const reply = parseSerialReply(await deviceWith().answer(Buffer.from('boot')))
    expect(reply).toMatchObject({ id: null, error: { code: -32700 } })
  })

  test('a server that cannot be set, and one that cannot be kept', async () => {
    const settings = exchange('server.set').params
    const fixed = new SerialDevice({ key, model: 'm', firmware: '1', document: new Uint8Array() })
    expect(await refusal(fixed, 'server.set', settings)).toBe('UNSUPPORTED')
    const full = deviceWith({ setServer: () => Promise.reject(new RangeError('no space')) })
    const reply = await ask(full, 'server.set', settings)
    expect(reply).toMatchObject({ error: { code: -32005 } })
    // What went wrong inside is not for whoever is plugged in.
    expect(JSON.stringify(reply)).not.toContain('no space')
  })
})

test('a long document is read in parts', async () => {
  const document = new Uint8Array(2_500).map((_, i) => i % 251)
  const device = deviceWith({ document })
  const read: Buffer[] = []
  for (const offset of [0, 1024, 2048]) {
    const reply = await ask(device, 'did.document', { offset })
    read.push(Buffer.from((reply as { result: { part: string } }).result.part, 'base64'))
  }
  expect(Buffer.concat(read).equals(document)).toBe(true)
  expect(await ask(device, 'did.document', { offset: 2_500 })).toMatchObject({ result: { part: '', length: 2_500 } })
})
