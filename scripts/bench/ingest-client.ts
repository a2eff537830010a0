/**
 * The devices of the ingest bench: signs all messages beforehand, then writes MQTT packets to plain sockets, so that the
 * client takes little of the processor. It counts acknowledgements; nothing else says that a message was accepted.
 * @module
 */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { addressOf } from '@iotex2/connectivity/signature'
import { toHex } from '@iotex2/protocol/hex'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import { signingText } from '@iotex2/protocol/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import mqtt from 'mqtt-packet'

export interface ClientOrder {
  url: string
  projectId: string
  /** Hexadecimal. */
  keys: string[]
  connections: number
  window: number
  messagesPerRound: number
  rounds: number
}

export interface ClientReport {
  ms: number
  /** Processor time of the client in this round. */
  cpuMs: number
  /** The first acknowledgement that was no acceptance. */
  failure?: string
}

process.once('disconnect', () => process.exit())
process.once('message', async (message) => {
  const connections = await prepare(message as ClientOrder)
  process.send!('ready')
  process.on('message', async () => {
    const start = performance.now()
    const cpuStart = process.cpuUsage()
    const failures = await Promise.all(connections.map((connection) => connection.round()))
    const failure = failures.find((each) => each !== undefined)
    const { user, system } = process.cpuUsage(cpuStart)
    const report: ClientReport = { ms: performance.now() - start, cpuMs: (user + system) / 1000 }
    process.send!(failure ? { ...report, failure } : report)
  })
})

/** One MQTT session: packets of every round, ready to be written. */
class Connection {
  readonly #socket: Socket
  readonly #rounds: Buffer[][]
  readonly #window: number
  #acknowledged = 0
  #sent = 0
  #packets: Buffer[] = []
  #done: (failure?: string) => void = () => {}
  /** A read's tail, when a packet is split. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket, rounds: Buffer[][], window: number) {
    this.#socket = socket
    this.#rounds = rounds
    this.#window = window
    socket.on('data', (chunk) => this.#read(chunk))
  }

  /** Sends a round, and resolves when all of it is acknowledged, or with the first refusal. */
  round(): Promise<string | undefined> {
    this.#packets = this.#rounds.shift()!
    this.#acknowledged = 0
    this.#sent = 0
    return new Promise((resolve) => {
      this.#done = resolve
      this.#send()
    })
  }

  #send(): void {
    const end = Math.min(this.#packets.length, this.#acknowledged + this.#window)
    if (end <= this.#sent) return
    this.#socket.write(Buffer.concat(this.#packets.slice(this.#sent, end)))
    this.#sent = end
  }

  /** Counts PUBLISH packets, which are acknowledgements; PUBACK only says that the broker has read. */
  #read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let offset = 0
    while (offset + 2 <= bytes.length) {
      const { length, start } = remainingLength(bytes, offset)
      if (start === undefined || start + length > bytes.length) break
      if (bytes[offset]! >> 4 === PUBLISH) {
        if (!bytes.subarray(start, start + length).includes(ACCEPTED)) {
          this.#done(bytes.subarray(start, start + length).toString())
          return
        }
        this.#acknowledged++
      }
      offset = start + length
    }
    this.#rest = bytes.subarray(offset)
    if (this.#acknowledged === this.#packets.length) this.#done()
    // Topped up in larger pieces: one system call for many packets.
    else if (this.#sent - this.#acknowledged <= this.#window / 2) this.#send()
  }
}

const PUBLISH = 3
const ACCEPTED = Buffer.from('"status":200,')

/** Decodes MQTT's variable length after the first byte; `start` is undefined when it is not complete. */
function remainingLength(bytes: Buffer, offset: number): { length: number; start: number | undefined } {
  let length = 0
  for (let i = 0; i < 4; i++) {
    const byte = bytes[offset + 1 + i]
    if (byte === undefined) return { length: 0, start: undefined }
    length |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return { length, start: offset + 2 + i }
  }
  return { length: 0, start: undefined }
}

async function prepare(order: ClientOrder): Promise<Connection[]> {
  const projectId = BigInt(order.projectId)
  const devices = order.keys.map((hex) => {
    const key = Buffer.from(hex, 'hex')
    return { key, address: addressOf(secp256k1.getPublicKey(key, false)), nonce: 0n }
  })
  const { hostname, port } = new URL(order.url)
  const perConnection = order.messagesPerRound / order.connections
  const connections: Connection[] = []
  for (let c = 0; c < order.connections; c++) {
    const own = devices.filter((_, i) => i % order.connections === c)
    const rounds = Array.from({ length: order.rounds }, () =>
      Array.from({ length: perConnection }, (_, i) => packet(projectId, own[i % own.length]!, i)),
    )
    const socket = connect(Number(port), hostname).setNoDelay()
    socket.write(
      mqtt.generate({ cmd: 'connect', clientId: `bench-${c}`, clean: true, keepalive: 0, protocolVersion: 4 }),
    )
    const subscriptions = own.map(({ address }) => ({
      topic: acknowledgementTopic(projectId, address),
      qos: 0 as const,
    }))
    socket.write(mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
    await granted(socket)
    connections.push(new Connection(socket, rounds, order.window))
  }
  return connections
}

/** Resolves when the broker has answered the subscription. */
async function granted(socket: Socket): Promise<void> {
  const parser = mqtt.parser()
  const answered = new Promise<void>((resolve) => parser.on('packet', ({ cmd }) => cmd === 'suback' && resolve()))
  const read = (chunk: Buffer) => parser.parse(chunk)
  socket.on('data', read)
  await answered
  socket.off('data', read)
}

/** The native binding signs in some 40 µs; it is not in what is measured. */
const { ecdsaSign } = createRequire(import.meta.resolve('@iotex2/connectivity/signature'))('secp256k1') as {
  ecdsaSign(hash: Uint8Array, key: Uint8Array): { signature: Uint8Array }
}

function packet(projectId: bigint, device: { key: Buffer; address: `0x${string}`; nonce: bigint }, i: number): Buffer {
  device.nonce++
  const payload = {
    time: 1_700_000_000_000 + 1000 * Number(device.nonce),
    processorLoad: 12.34 + (i % 50),
    memoryUsed: 7321,
    uptime: 86_400 + i,
    networkReceived: 1_234_567 + 13 * i,
    networkSent: 765_432 + 7 * i,
  }
  const text = signingText(device.nonce, projectId.toString(), undefined, JSON.stringify(payload))
  const { signature } = ecdsaSign(createHash('sha256').update(text).digest(), device.key)
  return mqtt.generate({
    cmd: 'publish',
    topic: taskTopic(projectId, device.address),
    payload: `${text.slice(0, -1)},"signature":"${toHex(signature)}"}`,
    qos: 1,
    dup: false,
    retain: false,
    messageId: 1 + (i % 65_535),
  })
}
