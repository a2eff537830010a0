/**
 * The explorer's page: static files, with what a browser must be told of them.
 * @module
 */
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

/** Sent with every file. */
export const PAGE_HEADERS = {
  // These two keep the page apart from all others: only then may its proving threads share memory, and each of them must say
  // so as well.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  // The page loads nothing but what it was served with; its threads run WebAssembly; wallets announce their icons as data:
  // addresses (EIP-6963).
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // A device is read over Web Serial; no frame, and nothing else, is.
  'permissions-policy': 'serial=(self), camera=(), geolocation=(), hid=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** Serves a built page from `directory`. */
export const explorerPage: FastifyPluginAsync<{ directory: string }> = async (app, { directory }) => {
  await app.register(fastifyStatic, { root: directory, setHeaders: (reply) => void reply.headers(PAGE_HEADERS) })
}
