/** The simulator as a process, asked over its serial line. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { writeDevelopmentKey } from '@iotex2/identity/key-file'
import { encodeFrame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import {
  encodeSerialRequest,
  parseSerialReply,
  type SerialMethod,
  type SerialParameters,
  type SerialReply,
} from '@iotex2/protocol/serial/messages'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../test/deadline.ts'
import { Ledger, startHttpGateway } from '../../test/gateway.ts'

const SERVER = resolve(import.meta.dirname, '../server.ts')
const PROFILE = resolve(import.meta.dirname, '../../profiles/computer.json')

let directory: string
let config: string
const children = new Set<ChildProcess>()
const sockets = new Set<Socket>()

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-serial-'))
  config = join(directory, 'simulator.json')
  for (const i of [1, 2])
    await writeDevelopmentKey(join(directory, `${i}.key`), new DeviceKey(new Uint8Array(32).fill(i)))
  const devices = [{ keyFile: '1.key' }, { keyFile: '2.key' }]
  await writeFile(config, JSON.stringify({ profile: PROFILE, dataDirectory: 'data', intervalMs: 20, devices }))
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  for (const child of children) {
    const exited = once(child, 'exit')
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await exited
    }
  }
  children.clear()
  await rm(directory, { recursive: true })
})

/** Returns the serial lines' ports. */
async function run(): Promise<{ child: ChildProcess; ports: number[] }> {
  const child = fork(SERVER, ['--config', config, '--serial', '0'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  children.add(child)
  const [{ serialPorts: ports }] = (await once(child, 'message')) as [{ serialPorts: number[] }]
  return { child, ports }
}

class Host {
  readonly socket: Socket
  readonly replies: SerialReply[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    const decoder = new FrameDecoder()
    socket.on('data', (bytes) => {
      for (const frame of decoder.push(bytes))
        if ('message' in frame) this.replies.push(parseSerialReply(frame.message))
    })
    socket.on('error', () => undefined)
  }

  static async plug(port: number): Promise<Host> {
    const socket = connect(port, '127.0.0.1')
    sockets.add(socket)
    await once(socket, 'connect')
    return new Host(socket)
  }

  async ask<M extends SerialMethod>(id: number, method: M, params: SerialParameters<M>): Promise<SerialReply> {
    this.socket.write(encodeFrame(encodeSerialRequest(id, method, params)))
    await until(`${method} is answered`, () => this.replies.some((reply) => reply.id === id))
    return this.replies.find((reply) => reply.id === id)!
  }
}

test('each device has a line of its own, on which noise is answered and requests keep their order', async () => {
  const { ports } = await run()
  expect(ports).toHaveLength(2)
  const [first, second] = [await Host.plug(ports[0]!), await Host.plug(ports[1]!)]
  const dids = [await first.ask(1, 'did.get', {}), await second.ask(1, 'did.get', {})]
  expect(dids.map((reply) => (reply as { result: { did: string } }).result.did)).toEqual([
    'did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1',
    'did:io:0x5050a4f4b3f9338c3472dcc01a87c76a144b3c9c',
  ])
  const broken = encodeFrame(encodeSerialRequest(2, 'did.get', {}))
  broken[9]! ^= 4
  first.socket.write(Buffer.concat([Buffer.from('AT+RST\r\n'), broken]))
  await until('the noise is answered', () => first.replies.some(({ id }) => id === null))
  for (const id of [3, 4, 5]) first.socket.write(encodeFrame(encodeSerialRequest(id, 'device.info', {})))
  await until('all are answered', () => first.replies.some(({ id }) => id === 5))
  expect(first.replies.map(({ id }) => id).filter((id) => id !== null)).toEqual([1, 3, 4, 5])
})

test('a line has one plug: a new one pulls the former', async () => {
  const { ports } = await run()
  const first = await Host.plug(ports[0]!)
  expect(await first.ask(1, 'did.get', {})).toHaveProperty('result')
  const gone = once(first.socket, 'close')
  const second = await Host.plug(ports[0]!)
  await gone
  expect(await second.ask(1, 'did.get', {})).toHaveProperty('result')
  // Again and again, without waiting for the end of the one before.
  for (let id = 2; id < 20; id++) {
    const next = await Host.plug(ports[0]!)
    expect(await next.ask(id, 'device.info', {})).toHaveProperty('result')
    next.socket.destroy()
  }
})

test('a device that knows no server measures nothing until it is told one, and remembers it', async () => {
  const ledger = new Ledger()
  await using gateway = await startHttpGateway(ledger)
  const { child, ports } = await run()
  const host = await Host.plug(ports[0]!)
  const wrong = await host.ask(1, 'server.set', { projectId: '1', transport: 'mqtt', gateways: [gateway.url] })
  expect(wrong).toMatchObject({ error: { code: -32602 } })
  expect(ledger.kept.size).toBe(0)
  const settings = { projectId: '1', transport: 'http', gateways: [gateway.url] } as const
  const told = await host.ask(2, 'server.set', { ...settings, gateways: [...settings.gateways] })
  expect(told).toMatchObject({ result: { applied: true } })
  await until('its readings arrive', () => ledger.kept.size > 0)

  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  const before = ledger.kept.size
  await run()
  await until('more arrive after a restart', () => ledger.kept.size > before)
})
