/** The platform layer of Linux: a generated project, built by its Makefile, against a broker and a server of the wire. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { type DidDocument, parseDocument } from '@iotex2/identity/document'
import type { Hex } from '@iotex2/protocol/hex'
import { readingLeaf } from '@iotex2/protocol/leaf'
import { profileManifest } from '@iotex2/protocol/manifest'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { encodeFrame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import { DOCUMENT_PART_BYTES, encodeSerialRequest } from '@iotex2/protocol/serial/messages'
import { afterAll, describe, expect, test } from 'vitest'
import { until } from '../../test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../../test/gateway.ts'
import { buildFirmware, Firmware, skipLinux } from './firmware.ts'
import { isSigned, numbersOf } from './jubjub.ts'

const skip = skipLinux('firmware for Linux')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-linux-'))
const running = new Set<Firmware>()
afterAll(async () => {
  for (const firmware of running) await firmware.kill()
  rmSync(directory, { recursive: true })
})

const profileFor = (transport: 'mqtt' | 'http', gateways: string[], more = {}): Profile =>
  parseProfile({
    name: 'bench',
    version: 1,
    maximumRatePerMinute: 6000,
    fields: [
      { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100, sampling: { count: 3, take: 'mean' } },
      { name: 'count', unit: '1', minimum: 0, maximum: 1000, scale: 1 },
    ],
    device: {
      model: 'Bench',
      firmware: '1',
      projects: ['1', '2'],
      intervalMs: 40,
      transport,
      gateways,
      signedKeys: [],
      security: 'development',
      ...more,
    },
  })

function start(program: string, name: string, ...words: string[]): Firmware {
  const firmware = new Firmware(program, [join(directory, name), ...words])
  running.add(firmware)
  void firmware.exited.then(() => running.delete(firmware))
  return firmware
}

/** Asks a firmware whose serial line is its standard input and output, and returns its replies. */
async function ask(firmware: Firmware, ...requests: Uint8Array[]): Promise<string[]> {
  const decoder = new FrameDecoder()
  const replies: string[] = []
  firmware.child.stdout!.on('data', (chunk: Buffer) => {
    for (const each of decoder.push(chunk)) if ('message' in each) replies.push(Buffer.from(each.message).toString())
  })
  for (const request of requests) firmware.child.stdin!.write(encodeFrame(request))
  await until('replies come', () => replies.length >= requests.length)
  return replies
}

describe.skipIf(skip)('firmware for Linux', { timeout: 120_000 }, () => {
  test.each([
    ['http', startHttpGateway],
    ['mqtt', startMqttGateway],
  ] as const)(
    'over %s: each reading is kept once by each project, though device and gateway are killed',
    async (transport, startGateway) => {
      const ledger = new Ledger()
      const first = await startGateway(ledger)
      const port = Number(new URL(first.url).port)
      const profile = profileFor(transport, [first.url])
      const program = await buildFirmware(join(directory, 'project'), profile)
      const queued = new Set<bigint>()
      let address: string | undefined
      const remember = (firmware: Firmware) => {
        for (const nonce of firmware.nonces('queued')) queued.add(nonce)
      }
      for (let life = 0; life < 3; life++) {
        const firmware = start(program, transport)
        const kept = ledger.kept.size
        await until('readings are kept', () => ledger.kept.size >= kept + 12)
        address ??= firmware.address
        expect(firmware.address).toBe(address)
        await firmware.kill()
        remember(firmware)
      }
      // A gateway that is away for a while: readings wait.
      await first.stop()
      const firmware = start(program, transport)
      await until('it tries again', () => firmware.events.filter(({ event }) => event === 'retrying').length >= 2)
      await using _second = await startGateway(ledger, port)
      await until('readings are acknowledged', () => firmware.nonces('acknowledged').length >= 12)
      await firmware.kill()
      remember(firmware)
      const last = start(program, transport)
      await until('all that was queued is kept', () =>
        [...queued].every((nonce) => ledger.kept.has(`${address} ${nonce}`)),
      )
      await last.kill()

      expect(queued.size).toBeGreaterThan(40)
      const { hash } = profileManifest(profile)
      const values = [...ledger.kept.values()]
      expect(new Set(values.map(({ taskId }) => taskId)).size).toBe(values.length)
      for (const { projectVersion, payload } of values) {
        expect(projectVersion).toBe(hash)
        expect(parsePayload(profile, payload, Date.now()).values).toHaveLength(5)
      }
      const count = (id: bigint) => values.filter(({ projectId }) => projectId === id).length
      expect(Math.abs(count(1n) - count(2n))).toBeLessThanOrEqual(values.length / 4)
      expect(statSync(join(directory, transport, 'key')).mode & 0o777).toBe(0o600)
    },
  )

  test('signs each reading for circuits where its profile says so, by the key in its document', async () => {
    const ledger = new Ledger()
    await using gateway = await startHttpGateway(ledger)
    const profile = profileFor('http', [gateway.url], { circuitChainId: '4690' })
    const program = await buildFirmware(join(directory, 'project'), profile)
    let document: DidDocument | undefined
    // The second time the seed is in its store.
    for (let life = 0; life < 2; life++) {
      const firmware = start(program, 'circuits', '--serial', '-')
      const kept = ledger.kept.size
      const parts = [0, DOCUMENT_PART_BYTES].map((offset, i) => encodeSerialRequest(i, 'did.document', { offset }))
      const replies = await ask(firmware, ...parts)
      document = parseDocument(
        Buffer.concat(replies.map((reply) => Buffer.from(JSON.parse(reply).result.part, 'base64'))),
      )
      await until('readings are kept', () => ledger.kept.size >= kept + 3)
      await firmware.kill()
    }
    const { publicKeyJwk } = document!.verificationMethod[2]!
    const key = [publicKeyJwk.x, publicKeyJwk.y!].map((part) => numbersOf(Buffer.from(part, 'base64url'))[0]!)
    const device = document!.id.slice('did:io:'.length) as Hex
    for (const { nonce, projectId, payload, circuitSignature } of ledger.kept.values()) {
      const { time, values } = parsePayload(profile, payload, Date.now())
      const leaf = readingLeaf({ chainId: 4690n, projectId, device, nonce, time, values })
      expect(isSigned(key, leaf, numbersOf(Buffer.from(circuitSignature!)))).toBe(true)
    }
  })

  test('what a gateway refuses for good is put aside', async () => {
    const ledger = new Ledger()
    ledger.meddle = (_nonce, attempt) =>
      attempt === 1 ? { status: 422, code: 'READING_INVALID', message: '"' } : undefined
    await using gateway = await startHttpGateway(ledger)
    const program = await buildFirmware(join(directory, 'project'), profileFor('http', [gateway.url]))
    const firmware = start(program, 'refused')
    await until('readings are refused', () => firmware.nonces('refused').length >= 3)
    await firmware.kill()
    const letters = readFileSync(join(directory, 'refused/dead-letters.jsonl'), 'utf8').trim().split('\n')
    expect(JSON.parse(letters[0]!)).toMatchObject({ status: 422, code: 'READING_INVALID', request: { projectID: '1' } })
  })

  test('of two gateways the other is taken when one is silent or gone', async () => {
    const ledger = new Ledger()
    await using gateway = await startHttpGateway(ledger)
    const gone = await startHttpGateway(new Ledger())
    await gone.stop()
    const program = await buildFirmware(join(directory, 'project'), profileFor('http', [gone.url, gateway.url]))
    const firmware = start(program, 'two')
    await until('readings are kept', () => ledger.kept.size > 5)
    await firmware.kill()
    expect(firmware.events.some(({ event, code }) => event === 'retrying' && code === 'GATEWAY_UNREACHABLE')).toBe(true)
  })

  test('it is asked who it is over a serial line', async () => {
    const program = await buildFirmware(join(directory, 'project'), profileFor('http', ['http://127.0.0.1:1']))
    const firmware = start(program, 'serial', '--serial', '-')
    const replies = await ask(
      firmware,
      encodeSerialRequest(1, 'device.info', {}),
      encodeSerialRequest(2, 'did.get', {}),
    )
    await firmware.kill()
    expect(JSON.parse(replies[0]!)).toMatchObject({ id: 1, result: { model: 'Bench', firmware: '1' } })
    expect(replies[1]).toMatch(/"did":"did:io:0x[0-9a-f]{40}"/)
  })

  test('one process has a directory; another is told why it may not', async () => {
    const program = await buildFirmware(join(directory, 'project'), profileFor('http', ['http://127.0.0.1:1']))
    const firmware = start(program, 'locked')
    await until('it is started', () => firmware.address !== undefined)
    const other = start(program, 'locked')
    expect(await other.exited).toBe(1)
    expect(other.errors).toMatch(/^IOC_ERR_FLASH: /)
    await firmware.kill()
  })

  test.each([
    ['http', startHttpGateway],
    ['mqtt', startMqttGateway],
  ] as const)(
    '%s over TLS, to whom its authorities vouch for and nobody else, and by a certificate of its own',
    async (transport, startGateway) => {
      const ledger = new Ledger()
      await using gateway = await startGateway(ledger)
      // Its authority is itself.
      const makeCertificate = (name: string): { key: string; certificate: string } => {
        const made = { key: join(directory, `${name}.key`), certificate: join(directory, `${name}.pem`) }
        const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
        const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
        const files = ['-keyout', made.key, '-out', made.certificate]
        execFileSync('openssl', ['req', '-x509', ...curve, ...files, ...subject], { stdio: 'ignore' })
        return made
      }
      const [{ key, certificate }, own, other] = ['localhost', 'device', 'other'].map(makeCertificate) as [
        ReturnType<typeof makeCertificate>,
        ReturnType<typeof makeCertificate>,
        ReturnType<typeof makeCertificate>,
      ]
      const tls = {
        ...{ key: readFileSync(key), cert: readFileSync(certificate) },
        ...{ ca: readFileSync(own.certificate), requestCert: true, rejectUnauthorized: true },
      }
      // TLS ends here, and goes on in plain.
      const sockets = new Set<Socket>()
      const server = createServer(tls, (secure) => {
        const plain = connect(Number(new URL(gateway.url).port), '127.0.0.1')
        for (const socket of [secure, plain]) {
          sockets.add(socket)
          socket.on('error', () => socket.destroy())
          socket.on('close', () => {
            secure.destroy()
            plain.destroy()
          })
        }
        secure.pipe(plain).pipe(secure)
      })
      server.on('tlsClientError', () => {})
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      const profile = profileFor(transport, [`${transport}s://127.0.0.1:${port}`], { security: 'standard' })
      const program = await buildFirmware(join(directory, 'project'), profile)
      const proofOf = (made: typeof own) => ['--cert', made.certificate, '--key', made.key]
      for (const [name, ...words] of [
        ['trusts-nobody', ...proofOf(own)],
        ['proves-nothing', '--ca', certificate],
        ['is-another', '--ca', certificate, ...proofOf(other)],
      ] as [string, ...string[]][]) {
        const stranger = start(program, `${transport}-${name}`, ...words)
        await until(`it ${name} and tries again`, () => stranger.events.some(({ event }) => event === 'retrying'))
        await stranger.kill()
        expect(ledger.kept.size).toBe(0)
      }
      const firmware = start(program, `${transport}-tls`, '--ca', certificate, ...proofOf(own))
      await until('readings are kept', () => ledger.kept.size > 3)
      await firmware.kill()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  )
})
