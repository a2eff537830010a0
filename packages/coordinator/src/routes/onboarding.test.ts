import { createService } from '@iotex2/service/service'
import { afterEach, expect, test } from 'vitest'
import { onboardingRoutes } from './onboarding.ts'

const HASH = `0x${'ab'.repeat(32)}`
type App = ReturnType<typeof createService>['app']
const apps: App[] = []

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

const service = (name: string): App => {
  const { app } = createService({ name, logLevel: 'silent' })
  apps.push(app)
  return app
}

async function coordinator(identityUrl?: string): Promise<App> {
  const app = service('coordinator')
  await app.register(onboardingRoutes, { identityUrl })
  return app
}

test('hands requests on, and replies back, byte for byte', async () => {
  const seen: unknown[] = []
  const identity = service('identity')
  identity.addContentTypeParser('application/did+json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  identity.get('/v1/onboarding', async () => ({ fromBlock: 7 }))
  identity.put('/v1/documents/:hash', async (request, reply) => {
    seen.push(request.url, request.headers['content-type'], String(request.body))
    return reply.code(422).send({ code: 'DOCUMENT_MISMATCH', message: 'No.' })
  })
  identity.get('/v1/documents/:name', (_request, reply) =>
    reply
      .type('application/did+json')
      .header('cache-control', 'public')
      .header('x-secret', 'no')
      .send(Buffer.from('{"é": 1}')),
  )
  const app = await coordinator(await identity.listen({ host: '127.0.0.1', port: 0 }))
  expect((await app.inject('/v1/onboarding')).json()).toEqual({ fromBlock: 7 })
  const put = await app.inject({
    method: 'PUT',
    url: `/v1/documents/${HASH}?store=s3`,
    headers: { 'content-type': 'application/did+json' },
    payload: '{ "é" : 1 }',
  })
  expect([put.statusCode, put.json().code]).toEqual([422, 'DOCUMENT_MISMATCH'])
  expect(seen).toEqual([`/v1/documents/${HASH}?store=s3`, 'application/did+json', '{ "é" : 1 }'])
  const read = await app.inject(`/v1/documents/${HASH}.json`)
  expect(read.body).toBe('{"é": 1}')
  expect(read.headers).toMatchObject({ 'content-type': 'application/did+json', 'cache-control': 'public' })
  expect(read.headers).not.toHaveProperty('x-secret')
})

test('says so where there is no identity service, or it does not answer', async () => {
  const off = await (await coordinator()).inject('/v1/onboarding')
  expect([off.statusCode, off.json().code]).toEqual([404, 'ONBOARDING_OFF'])
  const gone = await (await coordinator('http://127.0.0.1:1')).inject('/v1/onboarding')
  expect([gone.statusCode, gone.json().code]).toEqual([502, 'IDENTITY_UNREACHABLE'])
})

test.each([
  ['another path', 'GET', '/v1/documents/..%2f..%2fcredentials'],
  ['another store', 'PUT', `/v1/documents/${HASH}?store=a%26b`],
] as const)('hands on nothing of %s', async (_, method, url) => {
  expect((await (await coordinator('http://127.0.0.1:1')).inject({ method, url })).statusCode).toBe(400)
})
