/**
 * The explorer's page: static files, with what a browser must be told of them.
 * @module
 */
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

/**
 * Sent with every file. The first two keep the page apart from all others: only then may its proving threads share memory, and
 * each of them must say so as well. The page loads nothing but what it was served with; its threads run WebAssembly.
 */
export const PAGE_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; object-src 'none'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
} as const

/** Serves a built page from `directory`. */
export const explorerPage: FastifyPluginAsync<{ directory: string }> = async (app, { directory }) => {
  await app.register(fastifyStatic, { root: directory, setHeaders: (reply) => void reply.headers(PAGE_HEADERS) })
}
