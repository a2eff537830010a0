import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explorerPage } from './explorer-page.ts'

let directory: string
const app = fastify()
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-page-'))
  await writeFile(join(directory, 'index.html'), '<!doctype html>')
  await writeFile(join(directory, 'prove-worker.js'), '')
  await app.register(explorerPage, { directory })
})
afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})

test.each(['/', '/index.html', '/prove-worker.js'])(
  '%s is cross-origin isolated, and may run WebAssembly but no other code',
  async (url) => {
    const { statusCode, headers } = await app.inject(url)
    expect(statusCode).toBe(200)
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]),
    )
    expect(policy['script-src']).toEqual(["'self'", "'wasm-unsafe-eval'"])
    expect(policy['worker-src']).toEqual(["'self'"])
    expect(policy['default-src']).toEqual(["'self'"])
  },
)
