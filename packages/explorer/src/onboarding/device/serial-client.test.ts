/** The host against the simulator's own device, over streams that a test disturbs. */
import { DeviceKey } from '@iotex2/identity/key'
import { MemoryDevice } from '@iotex2/ioconnect/memory-device'
import { encodeFrame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import { encodeSerialFault } from '@iotex2/protocol/serial/messages'
import { expect, test } from 'vitest'
import { SerialClient, type SerialClientOptions, type SerialStreams } from './serial-client.ts'

const key = new DeviceKey(new Uint8Array(32).fill(1), { development: true })
const device = new MemoryDevice({ key })
const coded = (code: string) => expect.objectContaining({ code })
const text = (line: string) => new TextEncoder().encode(line)

interface Line extends SerialStreams {
  /** Frames that the host sent. */
  sent(): number
  /** The device says something by itself. */
  say(bytes: Uint8Array): void
  /** The plug is pulled. */
  pull(): void
}

/** `disturb` gets each reply and its number, from 1, and returns what arrives of it. */
function line(disturb: (reply: Uint8Array, number: number) => Uint8Array[] = (reply) => [reply]): Line {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const decoder = new FrameDecoder()
  let sent = 0
  return {
    readable: new ReadableStream({
      start: (started) => {
        controller = started
      },
    }),
    writable: new WritableStream({
      write: (bytes) => {
        for (const frame of decoder.push(bytes)) {
          const reply =
            'message' in frame ? device.answer(frame.message) : encodeSerialFault(null, 'PARSE_ERROR', 'What?')
          for (const part of disturb(encodeFrame(reply), ++sent)) controller.enqueue(part)
        }
      },
    }),
    sent: () => sent,
    say: (bytes) => controller.enqueue(bytes),
    pull: () => controller.error(new DOMException('The device has been lost.', 'NetworkError')),
  }
}

const FAST: SerialClientOptions = { timeoutMs: 20, patientTimeoutMs: 60_000 }
const flipped = (reply: Uint8Array, at: number) => reply.map((byte, i) => (i === at ? byte ^ 2 : byte))

test('asks, and is answered', async () => {
  const client = new SerialClient(line())
  expect(await client.call('did.get', {})).toMatchObject({ did: `did:io:${key.address}`, keyType: 'secp256k1' })
  await client.close()
  expect(client.isOpen).toBe(false)
})

test('requests wait for their turn', async () => {
  const streams = line()
  const client = new SerialClient(streams)
  const [info, did, part] = await Promise.all([
    client.call('device.info', {}),
    client.call('did.get', {}),
    client.call('did.document', { offset: 0 }),
  ])
  expect(info.model).toBe('ioConnect simulator')
  expect(did.did).toBe(`did:io:${key.address}`)
  expect(part.offset).toBe(0)
  expect(streams.sent()).toBe(3)
})

test.each<[string, (reply: Uint8Array, number: number) => Uint8Array[]]>([
  ['is garbled', (reply, number) => [number === 1 ? flipped(reply, 12) : reply]],
  ['is lost', (reply, number) => (number === 1 ? [] : [reply])],
  ['is cut short', (reply, number) => [number === 1 ? reply.slice(0, 20) : reply]],
  ['comes in single bytes', (reply) => [...reply].map((byte) => Uint8Array.of(byte))],
  ['comes behind a boot log', (reply) => [text('ets Jul 29 2019 12:21:46\r\nrst:0x1\r\n'), reply, text('done\r\n')]],
  ['comes twice', (reply) => [reply, reply]],
  [
    'says that nothing was understood',
    (reply, number) => [number === 1 ? encodeFrame(encodeSerialFault(null, 'PARSE_ERROR', 'What?')) : reply],
  ],
])('a reply that %s', async (_, disturb) => {
  const client = new SerialClient(line(disturb), FAST)
  expect(await client.call('did.get', {})).toMatchObject({ did: `did:io:${key.address}` })
  expect(await client.call('device.info', {})).toMatchObject({ protocol: 1 })
})

test('a garbled reply is not waited for as long as a person is', async () => {
  const client = new SerialClient(
    line((reply, number) => [number === 1 ? flipped(reply, 12) : reply]),
    FAST,
  )
  const possession = { audience: 'https://a.example', challenge: `0x${'11'.repeat(32)}` as const }
  expect(await client.call('did.prove', possession)).toHaveProperty('signature')
})

test('a device that never answers, and a line that garbles everything', async () => {
  const silent = line(() => [])
  await expect(new SerialClient(silent, FAST).call('did.get', {})).rejects.toThrow(coded('SERIAL_SILENT'))
  expect(silent.sent()).toBe(4)
  const noisy = line((reply) => [flipped(reply, 9)])
  await expect(new SerialClient(noisy, FAST).call('did.get', {})).rejects.toThrow(coded('SERIAL_SILENT'))
})

test('what the device refuses is not asked again', async () => {
  const streams = line()
  const client = new SerialClient(streams)
  await expect(client.call('did.document', { offset: 60_000 })).rejects.toThrow(coded('SERIAL_PARAMETERS_INVALID'))
  await expect(client.call('network.set', { ssid: 'a', passphrase: '' })).rejects.toThrow(coded('SERIAL_UNSUPPORTED'))
  expect(streams.sent()).toBe(2)
})

test('a result that is not as the protocol has it', async () => {
  const reply = text('{"jsonrpc":"2.0","id":1,"result":{"did":7}}')
  const client = new SerialClient(line(() => [encodeFrame(reply)]))
  await expect(client.call('did.get', {})).rejects.toThrow(coded('SERIAL_INVALID_REQUEST'))
})

test('a break on the line, as a chip that starts makes one, ends nothing', async () => {
  const [broken, whole] = [line(), line()]
  const streams = { readable: broken.readable as ReadableStream<Uint8Array> | null, writable: whole.writable }
  const client = new SerialClient(streams, FAST)
  streams.readable = whole.readable
  broken.pull()
  expect(await client.call('did.get', {})).toMatchObject({ did: `did:io:${key.address}` })
  streams.readable = null
  whole.pull()
  await expect(client.call('did.get', {})).rejects.toThrow(coded('SERIAL_UNPLUGGED'))
})

test('a plug that is pulled: while a reply is awaited, and before', async () => {
  const streams = line(() => [])
  const client = new SerialClient(streams)
  const asked = client.call('did.get', {})
  await Promise.resolve()
  streams.pull()
  await expect(asked).rejects.toThrow(coded('SERIAL_UNPLUGGED'))
  await expect(client.call('did.get', {})).rejects.toThrow(coded('SERIAL_UNPLUGGED'))
  await client.close()
})
