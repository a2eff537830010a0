/**
 * A JSON-RPC proxy in which a test changes requests or replies: a node behind a load balancer that lags, errs or forgets.
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RpcRequest {
  method: string
  params: unknown[]
}

type RpcReply = { result: unknown } | { error: { code: number; message: string } }

/** Returns the reply that is given; undefined leaves it to the node, which then sees the request as it was changed. */
export type RpcRewrite = (request: RpcRequest) => RpcReply | undefined

export interface RpcProxy extends AsyncDisposable {
  url: string
  /** Undefined: everything passes unchanged. */
  rewrite: RpcRewrite | undefined
}

/** Listens on a free port of the loopback interface and forwards to `target`. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const server = createServer((request, response) => {
    const reply = async () => {
      const body = JSON.parse(await readText(request)) as RpcRequest | RpcRequest[]
      const replies = await Promise.all([body].flat().map((each) => answer(target, each, proxy.rewrite)))
      response.end(JSON.stringify(Array.isArray(body) ? replies : replies[0]))
    }
    // A target that went away, at the end of a test.
    reply().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: RpcProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rewrite: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

async function answer(target: string, request: RpcRequest, rewrite: RpcRewrite | undefined): Promise<object> {
  const given = rewrite?.(request)
  if (given) return { jsonrpc: '2.0', id: (request as { id?: unknown }).id, ...given }
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  return (await response.json()) as object
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
