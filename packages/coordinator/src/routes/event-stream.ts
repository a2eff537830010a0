/**
 * Server-sent events to one listener.
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Feed } from '../feed.ts'

/** Bytes that a listener may lag behind. One that reads no more would otherwise fill the memory. */
const MAXIMUM_BACKLOG = 1 << 20

/** Tells the listener what `feed` tells, until it is gone, lags too far behind, or `closing` aborts. */
export function streamEvents(reply: ServerResponse, feed: Pick<Feed, 'listen'>, closing: AbortSignal): void {
  reply.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  reply.flushHeaders()
  const gone = new AbortController()
  reply.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, closing])
  signal.addEventListener('abort', () => reply.end(), { once: true })
  feed.listen(({ type, data }) => {
    reply.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
    if (reply.writableLength > MAXIMUM_BACKLOG) reply.destroy()
  }, signal)
}
