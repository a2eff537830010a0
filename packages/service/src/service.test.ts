import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createService } from './service.ts'

const FIXTURE = fileURLToPath(new URL('./service.fixture.ts', import.meta.url))

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const startFixture = (): ChildProcess => {
  const child = fork(FIXTURE, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  closing.push(() => child.kill('SIGKILL'))
  return child
}

/** Sends the beginning of a request, and no more. */
async function stall(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  closing.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n')
  return socket
}

test('is built without a warning', async () => {
  const warnings: Error[] = []
  const listener = (warning: Error) => warnings.push(warning)
  process.on('warning', listener)
  closing.push(() => process.off('warning', listener))
  const { app } = createService({ name: 'test', logLevel: 'silent' })
  closing.push(() => app.close())
  await app.ready()
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
})

test('a request that does not end is ended', async () => {
  const { app } = createService({ name: 'test', logLevel: 'silent' })
  closing.push(() => app.close())
  expect(app.server.requestTimeout).toBe(30_000)

  const quick = createService({
    name: 'test',
    logLevel: 'silent',
    fastify: { requestTimeout: 200, http: { connectionsCheckingInterval: 50, headersTimeout: 100 } },
  })
  closing.push(() => quick.app.close())
  await quick.app.listen({ host: '127.0.0.1', port: 0 })
  const socket = await stall((quick.app.server.address() as AddressInfo).port)
  const [reply] = (await once(socket, 'data')) as [Buffer]
  expect(reply.toString()).toMatch(/^HTTP\/1\.1 408 /)
})

test('SIGTERM ends it although a client holds a request open', async () => {
  const child = startFixture()
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  await stall(Number(new URL(url).port))
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('a parent that ends while it starts ends it', async () => {
  const child = startFixture()
  const ended = once(child, 'exit')
  child.disconnect()
  expect(await ended).toEqual([0, null])
})
