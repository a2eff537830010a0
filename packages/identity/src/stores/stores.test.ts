import { createHash, createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createDocument, documentHash, encodeDocument } from '../document.ts'
import { DocumentStore } from '../document-store.ts'
import { DeviceKey } from '../key.ts'
import { type ContentStore, MAXIMUM_DOCUMENT_BYTES } from './content-store.ts'
import { DocumentSource } from './document-source.ts'
import { IpfsStore } from './ipfs-store.ts'
import { S3Store } from './s3-store.ts'

const coded = (code: string) => expect.objectContaining({ code })
const bytes = encodeDocument(createDocument(new DeviceKey(new Uint8Array(32).fill(1))))
const other = encodeDocument(createDocument(new DeviceKey(new Uint8Array(32).fill(2))))
const hash = documentHash(bytes)

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Speaks what is used of Kubo's RPC: POST only, multipart, CIDs of raw blocks with SHA-256. */
async function startKubo() {
  const blocks = new Map<string, Buffer>()
  const base32 = (data: Buffer): string => {
    let bits = ''
    for (const byte of data) bits += byte.toString(2).padStart(8, '0')
    return (bits.match(/.{1,5}/g) ?? [])
      .map((chunk) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(chunk.padEnd(5, '0'), 2)])
      .join('')
  }
  const url = await listen(
    createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://kubo')
      if (request.method !== 'POST') return response.writeHead(405).end()
      if (pathname === '/api/v0/add') {
        expect(Object.fromEntries(searchParams)).toMatchObject({
          'cid-version': '1',
          'raw-leaves': 'true',
          pin: 'true',
        })
        const form = await new Response(await bodyOf(request).then((body) => Uint8Array.from(body)), {
          headers: { 'content-type': request.headers['content-type']! },
        }).formData()
        const block = Buffer.from(await (form.get('file') as File).arrayBuffer())
        const digest = createHash('sha256').update(block).digest()
        const cid = `b${base32(Buffer.concat([Buffer.of(1, 0x55, 0x12, 0x20), digest]))}`
        blocks.set(cid, block)
        return response.end(`${JSON.stringify({ Name: 'did.json', Hash: cid, Size: String(block.length) })}\n`)
      }
      const block = blocks.get(searchParams.get('arg') ?? '')
      if (pathname !== '/api/v0/cat' || !block)
        return response.writeHead(500).end(JSON.stringify({ Message: 'block was not found', Code: 0, Type: 'error' }))
      response.end(block.subarray(0, Number(searchParams.get('length') ?? block.length)))
    }),
  )
  return { url, blocks }
}

const SECRET = 'test-secret-of-nobody'

/** Speaks GET and PUT of objects as S3 does, and verifies each signature (AWS Signature Version 4). */
async function startS3() {
  const objects = new Map<string, Buffer>()
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const isSigned = (request: IncomingMessage, body: Buffer): boolean => {
    const match =
      /^AWS4-HMAC-SHA256 Credential=AKTEST\/(\d{8})\/eu-test-1\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
        request.headers.authorization ?? '',
      )
    if (!match) return false
    const [, date, names, signature] = match as unknown as [string, string, string, string]
    if (!names.split(';').includes('host')) return false
    const content = request.headers['x-amz-content-sha256'] as string
    if (content !== 'UNSIGNED-PAYLOAD' && content !== createHash('sha256').update(body).digest('hex')) return false
    const { pathname, searchParams } = new URL(request.url!, 'http://s3')
    searchParams.sort()
    const canonical = [
      request.method,
      pathname,
      searchParams.toString(),
      ...names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
      '',
      names,
      content,
    ].join('\n')
    const time = request.headers['x-amz-date'] as string
    const scope = `${date}/eu-test-1/s3/aws4_request`
    const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
    const key = ['eu-test-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, date))
    return hmac(key, text).toString('hex') === signature
  }
  const url = await listen(
    createServer(async (request, response) => {
      const body = await bodyOf(request)
      if (!isSigned(request, body))
        return response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
      if (request.method === 'PUT') {
        objects.set(request.url!, body)
        return response.end()
      }
      const object = objects.get(request.url!)
      if (!object) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
      response.end(object)
    }),
  )
  const options = {
    endpoint: url,
    bucket: 'documents',
    region: 'eu-test-1',
    accessKeyId: 'AKTEST',
    secretAccessKey: SECRET,
  }
  return { url, objects, options }
}

test('IPFS: a document is added, pinned and read by its CID', async () => {
  const { url, blocks } = await startKubo()
  const store = new IpfsStore({ url: `${url}/` })
  const stored = await store.put(bytes)
  expect(stored).toEqual({ hash, uri: `ipfs://${[...blocks.keys()][0]}` })
  expect(await store.put(bytes)).toEqual(stored)
  expect(Buffer.from((await store.fetch(stored))!)).toEqual(Buffer.from(bytes))
  expect(await store.fetch({ hash, uri: 'https://example.org/1.json' })).toBeUndefined()
})

test('IPFS: another document, none, one too long, a CID that is none', async () => {
  const { url, blocks } = await startKubo()
  const store = new IpfsStore({ url })
  const stored = await store.put(bytes)
  const [cid] = [...blocks.keys()] as [string]
  blocks.set(cid, Buffer.from(other))
  await expect(store.fetch(stored)).rejects.toThrow(coded('DOCUMENT_MISMATCH'))
  blocks.set(cid, Buffer.alloc(MAXIMUM_DOCUMENT_BYTES + 9))
  await expect(store.fetch(stored)).rejects.toThrow(coded('STORE_TOO_LARGE'))
  blocks.delete(cid)
  await expect(store.fetch(stored)).rejects.toThrow(coded('STORE_FAILED'))
  for (const uri of ['ipfs://..', 'ipfs://bafy&arg=x', 'ipfs://bafy%2f'])
    await expect(store.fetch({ hash, uri })).rejects.toThrow(coded('STORE_FAILED'))
  await expect(new IpfsStore({ url: 'http://127.0.0.1:1' }).put(bytes)).rejects.toThrow(coded('STORE_UNREACHABLE'))
})

test('S3: a document is put and got with a signature that verifies', async () => {
  const { url, objects, options } = await startS3()
  const store = new S3Store(options)
  const stored = await store.put(bytes)
  expect(stored).toEqual({ hash, uri: `${url}/documents/${hash}.json` })
  expect([...objects.keys()]).toEqual([`/documents/${hash}.json`])
  expect(Buffer.from((await store.fetch({ hash, uri: 'anywhere' }))!)).toEqual(Buffer.from(bytes))
  expect(await store.fetch({ hash: documentHash(other), uri: '' })).toBeUndefined()
  const served = await new S3Store({ ...options, baseUri: 'https://cdn.example/' }).put(bytes)
  expect(served.uri).toBe(`https://cdn.example/${hash}.json`)
})

test('S3: another document, another secret, one too long', async () => {
  const { objects, options } = await startS3()
  const store = new S3Store(options)
  const stored = await store.put(bytes)
  objects.set(`/documents/${hash}.json`, Buffer.from(other))
  await expect(store.fetch(stored)).rejects.toThrow(coded('DOCUMENT_MISMATCH'))
  objects.set(`/documents/${hash}.json`, Buffer.alloc(MAXIMUM_DOCUMENT_BYTES + 1))
  await expect(store.fetch(stored)).rejects.toThrow(coded('STORE_TOO_LARGE'))
  const stranger = new S3Store({ ...options, secretAccessKey: 'wrong' })
  await expect(stranger.put(bytes)).rejects.toThrow(coded('STORE_FAILED'))
  await expect(store.fetch({ hash: '0x../x' as '0x', uri: '' })).rejects.toThrow(coded('DOCUMENT_MALFORMED'))
  const nowhere = new S3Store({ ...options, endpoint: 'http://127.0.0.1:1' })
  await expect(nowhere.put(bytes)).rejects.toThrow(coded('STORE_UNREACHABLE'))
})

describe('source', () => {
  const holding = (content: Uint8Array | undefined): ContentStore => ({
    put: () => Promise.reject(new RangeError()),
    fetch: async () => content,
  })
  const failing: ContentStore = {
    put: () => Promise.reject(new RangeError()),
    fetch: () => Promise.reject(new RangeError('down')),
  }
  const web = async () => bytes

  test('asks each store, then the web; a store that fails is passed over', async () => {
    const https = { hash, uri: 'https://example.org/1.json' }
    expect(await new DocumentSource([failing, holding(undefined), holding(bytes)]).fetch(https)).toBe(bytes)
    expect(await new DocumentSource([failing], web).fetch(https)).toBe(bytes)
    await expect(new DocumentSource([failing], async () => other).fetch(https)).rejects.toThrow('down')
    await expect(new DocumentSource([], async () => other).fetch(https)).rejects.toThrow(coded('DOCUMENT_MISMATCH'))
    await expect(new DocumentSource([holding(undefined)]).fetch(https)).rejects.toThrow(coded('STORE_FAILED'))
  })

  test('opens no file that a stranger names, and reaches nothing but https:', async () => {
    for (const uri of ['file:///etc/passwd', 'http://169.254.169.254/', 'data:,x', ''])
      await expect(new DocumentSource([], web).fetch({ hash, uri })).rejects.toThrow(coded('STORE_FAILED'))
  })

  test('a directory serves by hash', async () => {
    const directory = await mkdtemp(join(tmpdir(), `iotex2-${randomUUID()}`))
    closing.push(() => rm(directory, { recursive: true }))
    const store = new DocumentStore(directory)
    const stored = await store.put(bytes)
    expect(await new DocumentSource([store]).fetch({ ...stored, uri: 'file:///etc/passwd' })).toEqual(bytes)
  })
})
