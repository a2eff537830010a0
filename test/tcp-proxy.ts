/**
 * A TCP proxy that a test cuts and restores: the network between a service and what it depends on.
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  /** The target's URL with the proxy's port. */
  url: string
  /** Breaks every connection, and refuses new ones until {@link restore}. */
  cut(): void
  restore(): void
  /** The next request that contains `text` reaches the target, and its reply is lost. */
  loseReplyTo(text: string): void
}

/** Listens on a free port of the loopback interface and forwards to the host and port of `target`. */
export async function startProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isCut = false
  let lost: string | undefined
  const server = createServer((client) => {
    if (isCut) return void client.destroy()
    const upstream = connect(Number(port), hostname)
    let loseReply = false
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
      socket.on('error', end)
    }
    client.on('data', (chunk) => {
      if (lost !== undefined && chunk.includes(lost)) {
        lost = undefined
        loseReply = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (loseReply ? end() : client.write(chunk)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    restore() {
      isCut = false
    },
    loseReplyTo(text) {
      lost = text
    },
    async [Symbol.asyncDispose]() {
      isCut = true
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
