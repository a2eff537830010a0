/**
 * Signed messages accepted and durable per second, on the real path: MQTT clients in another process, the gateway as it
 * runs (threads, registry look-ups, group commit), PostgreSQL with fsync. Beside it, in turn with it, the rate of bare
 * signature verification on one core. Prints one JSON object on the last line of stdout.
 * @module
 */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { addressOf, loadVerifier } from '@iotex2/connectivity/signature'
import { parseProfile } from '@iotex2/protocol/profile'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { ClientOrder, ClientReport } from './ingest-client.ts'
import { BenchFailedError, openBenchGateway } from './ingest-gateway.ts'

const CHAIN = 31337n
const PROJECT = 1n

interface IngestBenchOptions {
  rounds: number
  messagesPerRound: number
  devices: number
  connections: number
  /** Messages that a connection sends ahead of their acknowledgements. */
  window: number
}

interface IngestBenchReport {
  /** Best round: messages acknowledged, and found in the database afterwards, per second. */
  acceptedPerSecond: number
  /** Best round of bare verification, one core. */
  verifyPerSecond: number
  verifier: string
  ratio: number
  rounds: { acceptedPerSecond: number; verifyPerSecond: number }[]
  /** Processor time per message of the gateway (all threads) and of the client, over all rounds. */
  gatewayMicroseconds: number
  clientMicroseconds: number
  messages: number
  /** Rows in the database: equal to `messages`, or the bench fails. */
  durable: number
  devices: number
  connections: number
  cores: number
}

const DEFAULTS: IngestBenchOptions = {
  rounds: 8,
  messagesPerRound: 16_000,
  devices: 64,
  connections: 8,
  window: 1_000,
}

/** What the simulator's default device sends: five fields. */
const profile = parseProfile({
  name: 'computer',
  version: 1,
  maximumRatePerMinute: 6000,
  fields: [
    { name: 'processorLoad', unit: '%', minimum: 0, maximum: 100, scale: 100 },
    { name: 'memoryUsed', unit: 'MiBy', minimum: 0, maximum: 1_048_576, scale: 1 },
    { name: 'uptime', unit: 's', minimum: 0, maximum: 4_294_967_295, scale: 1 },
    { name: 'networkReceived', unit: 'KiBy', minimum: 0, maximum: 1e12, scale: 1 },
    { name: 'networkSent', unit: 'KiBy', minimum: 0, maximum: 1e12, scale: 1 },
  ],
})

/** Verifies for about `ms` on this thread, and returns the rate. */
function measureVerification(verify: () => void, ms: number): number {
  let count = 0
  const start = performance.now()
  while (performance.now() - start < ms) {
    for (let i = 0; i < 100; i++) verify()
    count += 100
  }
  return (count * 1000) / (performance.now() - start)
}

async function benchIngest(options: IngestBenchOptions, note: (text: string) => void): Promise<IngestBenchReport> {
  const keys = Array.from({ length: options.devices }, (_, i) => createHash('sha256').update(`bench ${i}`).digest())
  const devices = keys.map((key) => addressOf(secp256k1.getPublicKey(key, false)))
  const gateway = await openBenchGateway({ profile, devices, chainId: CHAIN, projectId: PROJECT })
  const client = fork(fileURLToPath(new URL('ingest-client.ts', import.meta.url)), { execArgv: [] })
  try {
    note(`Signing ${options.rounds + 1} × ${options.messagesPerRound} messages of ${devices.length} devices.`)
    const order: ClientOrder = {
      url: gateway.url,
      projectId: PROJECT.toString(),
      keys: keys.map((key) => key.toString('hex')),
      connections: options.connections,
      window: options.window,
      messagesPerRound: options.messagesPerRound,
      rounds: options.rounds + 1,
    }
    client.send(order)
    await once(client, 'message')

    const verifier = await loadVerifier()
    const hash = createHash('sha256').update('bench').digest()
    const signature = secp256k1.sign(hash, keys[0]!, { prehash: false, lowS: true })
    const publicKey = secp256k1.getPublicKey(keys[0]!, false)
    const verify = () => {
      if (!verifier.verify(hash, signature, publicKey)) throw new BenchFailedError('A signature does not verify.')
    }

    const rounds: IngestBenchReport['rounds'] = []
    let gatewayCpuMs = 0
    let clientCpuMs = 0
    for (let round = 0; round <= options.rounds; round++) {
      const verifyPerSecond = measureVerification(verify, 400)
      const cpuStart = process.cpuUsage()
      client.send('go')
      const [report] = (await once(client, 'message')) as [ClientReport]
      const { user, system } = process.cpuUsage(cpuStart)
      if (report.failure) throw new BenchFailedError(`A message was refused: ${report.failure}`)
      const acceptedPerSecond = (options.messagesPerRound * 1000) / report.ms
      // The first round fills caches and compiles.
      note(
        `${round === 0 ? 'Warm-up' : `Round ${round}`}: ${Math.round(acceptedPerSecond)} accepted/s, ${Math.round(verifyPerSecond)} verified/s on one core`,
      )
      if (round > 0) gatewayCpuMs += (user + system) / 1000
      if (round > 0) clientCpuMs += report.cpuMs
      if (round > 0)
        rounds.push({ acceptedPerSecond: Math.round(acceptedPerSecond), verifyPerSecond: Math.round(verifyPerSecond) })
    }
    const messages = options.messagesPerRound * (options.rounds + 1)
    const { messages: durable } = await gateway.stored()
    if (durable !== messages) throw new BenchFailedError(`${messages} were acknowledged, ${durable} are stored.`)
    const acceptedPerSecond = Math.max(...rounds.map((round) => round.acceptedPerSecond))
    const verifyPerSecond = Math.max(...rounds.map((round) => round.verifyPerSecond))
    return {
      acceptedPerSecond,
      verifyPerSecond,
      verifier: verifier.name,
      ratio: Number((acceptedPerSecond / verifyPerSecond).toFixed(3)),
      rounds,
      gatewayMicroseconds: Math.round((1000 * gatewayCpuMs) / (options.rounds * options.messagesPerRound)),
      clientMicroseconds: Math.round((1000 * clientCpuMs) / (options.rounds * options.messagesPerRound)),
      messages,
      durable,
      devices: devices.length,
      connections: options.connections,
      cores: availableParallelism(),
    }
  } finally {
    client.disconnect()
    await gateway.close()
  }
}

const report = await benchIngest(DEFAULTS, (text) => process.stderr.write(`${text}\n`))
process.stdout.write(`${JSON.stringify(report, null, process.argv.includes('--json') ? 0 : 2)}\n`)
