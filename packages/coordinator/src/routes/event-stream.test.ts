import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import type { FeedEvent } from '../feed.ts'
import { streamEvents } from './event-stream.ts'

test('a listener that reads no more is let go', async () => {
  const listeners = new Set<(event: FeedEvent) => void>()
  const feed = {
    listen(listener: (event: FeedEvent) => void, signal: AbortSignal) {
      listeners.add(listener)
      signal.addEventListener('abort', () => listeners.delete(listener))
    },
  }
  const closing = new AbortController()
  const server = createServer((_, reply) => streamEvents(reply, feed, closing.signal)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  const data = 'x'.repeat(100_000)
  let told = 0
  while (listeners.size > 0 && told < 1_000) {
    for (const listener of listeners) listener({ type: 'stats', data })
    told++
    await new Promise(setImmediate)
  }
  // What the system's own buffers hold, and then a megabyte.
  expect(told).toBeLessThan(1_000)
  socket.destroy()
  server.close()
})
