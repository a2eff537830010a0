/**
 * Computes every value of docs/device-maker.md again.
 * @module
 */
import { readFileSync } from 'node:fs'
import { ROOT } from '@iotex2/devnet/chain'
import { createDocument, documentHash, encodeDocument } from '@iotex2/identity/document'
import { DeviceKey } from '@iotex2/identity/key'
import { permitHash, signPermit } from '@iotex2/identity/permit'
import { MemoryDevice } from '@iotex2/ioconnect/memory-device'
import { toHex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import { parseTaskRequest, signingText, wireTaskId } from '@iotex2/protocol/wire'
import { sha256 } from '@noble/hashes/sha2.js'
import { recoverAddress, TypedDataEncoder } from 'ethers'
import { expect, test } from 'vitest'
import { blocks, readDocument } from './documents.ts'

const guide = readDocument('docs/device-maker.md')
const [profileText, documentText, mappingText] = blocks(guide, 'json') as [string, string, string]
const [, body, signed] = blocks(guide, 'text') as [string, string, string]
const example = (name: string): unknown =>
  JSON.parse(readFileSync(`${ROOT}/packages/ioconnect/examples/${name}`, 'utf8'))
const key = new DeviceKey(new Uint8Array(32).fill(1))
const payloadText = '{"time":1764000000000,"temperature":21.37,"humidity":48.5,"pressure":101325}'

test('profile and mapping are the examples', () => {
  expect(JSON.parse(profileText)).toEqual(example('weather.profile.json'))
  expect(JSON.parse(mappingText)).toEqual(example('weather.mapping.json'))
})

test('the identity is that of the key', () => {
  expect(guide).toContain(`address is \`${key.address}\``)
  const bytes = encodeDocument(createDocument(key))
  expect(JSON.stringify(JSON.parse(documentText))).toBe(Buffer.from(bytes).toString())
  expect(guide).toContain(documentHash(bytes))
})

test('the permit is what EIP-712 has, by ethers too', () => {
  const permit = {
    chainId: 31337n,
    registry: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    owner: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
    nonce: 0n,
  } as const
  const digest = toHex(permitHash(permit))
  const { r, s, v } = signPermit(key, permit)
  for (const value of [permit.registry, permit.owner, digest, `r  ${r}`, `s  ${s}`, `v  ${v}`])
    expect(guide).toContain(value)
  expect(
    TypedDataEncoder.hash(
      { name: 'ioIDRegistry', version: '1', chainId: permit.chainId, verifyingContract: permit.registry },
      {
        Permit: [
          { name: 'owner', type: 'address' },
          { name: 'nonce', type: 'uint256' },
        ],
      },
      { owner: permit.owner, nonce: permit.nonce },
    ),
  ).toBe(digest)
  expect(recoverAddress(digest, { r, s, v }).toLowerCase()).toBe(key.address)
})

test('the request is signed as it says, and is a reading of the profile', () => {
  const profile = parseProfile(JSON.parse(profileText))
  const reading = { time: 1_764_000_000_000, values: { temperature: 21.37, humidity: 48.5, pressure: 101_325 } }
  const server = { projectId: 1n, transport: 'http', gateways: ['http://127.0.0.1:1'] } as const
  // Its first nonce is one more than its clock.
  const device = new MemoryDevice({ key, profile, server, now: () => 6 })
  device.take(reading)
  device.core.run()
  expect(signed).toBe(signingText(7n, '1', undefined, payloadText))
  expect(guide).toContain(toHex(sha256(Buffer.from(signed))))
  expect(body).toBe(device.sent[0]!.body)
  const request = parseTaskRequest(body)
  expect(toHex(request.hash)).toBe(toHex(sha256(Buffer.from(signed))))
  expect(parsePayload(profile, request.payload, reading.time).values).toEqual([2137n, 485n, 101325n, 0n, 0n])
  const [r, s] = [toHex(request.signature.slice(0, 32)), toHex(request.signature.slice(32))]
  const recoveryId = [0, 1].find(
    (id) => recoverAddress(request.hash, { r, s, v: 27 + id }).toLowerCase() === key.address,
  )!
  expect(guide).toContain(wireTaskId(request.signature, recoveryId))
})

test('the topics are the device’s', () => {
  expect(guide).toContain(taskTopic(1n, key.address))
  expect(guide).toContain(acknowledgementTopic(1n, key.address))
})

test('every code of a refusal is in the table', () => {
  const sources = [
    'protocol/src/wire.ts',
    'protocol/src/reading.ts',
    'connectivity/src/ingest.ts',
    'connectivity/src/verification.ts',
    'connectivity/src/mqtt.ts',
  ]
  const codes = sources.flatMap((file) =>
    [...readDocument(`packages/${file}`).matchAll(/RequestError\(\s*\d{3},\s*'([A-Z_]+)'/g)].map(([, code]) => code!),
  )
  expect(codes.length).toBeGreaterThan(10)
  for (const code of codes) expect(guide, code).toContain(`\`${code}\``)
})
