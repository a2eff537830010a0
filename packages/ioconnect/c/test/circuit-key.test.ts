/**
 * BabyJubjub and Poseidon: by the vectors of EIP-2494 and circomlibjs, against poseidon-lite, and as the registry's
 * contract has it.
 */
import { parseDocument } from '@iotex2/identity/document'
import { circuitKeyHash, devicePermitHash } from '@iotex2/protocol/device-permit'
import type { Hex } from '@iotex2/protocol/hex'
import { readingLeaf } from '@iotex2/protocol/leaf'
import { checkSerialResult } from '@iotex2/protocol/serial/messages'
import { parseTaskRequest } from '@iotex2/protocol/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { AbiCoder, id, keccak256 } from 'ethers'
import { poseidon5, poseidon11 } from 'poseidon-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FIELD_MODULUS as P } from '../../../protocol/src/field.ts'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, isChip } from './harness.ts'
import { bytesOf, isSigned, numbersOf, ORDER, Point, pointOf } from './jubjub.ts'

const SEED = 20_261_126

describe.each(backends('circuit keys of the C core'))('circuit keys with %s', (backend) => {
  const rounds = isChip(backend) ? 1 : 20
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  const poseidon = async (inputs: readonly bigint[]) =>
    numbersOf(await core.bytes('circuit.poseidon', ...inputs.map(bytesOf)))[0]!

  // circomlibjs, test/poseidon.js.
  test('Poseidon of 1, 2, 0, 0, 0 is circomlibjs’s', async () => {
    expect(await poseidon([1n, 2n, 0n, 0n, 0n])).toBe(
      1018317224307729531995786483840663576608797660851238720571059489595066344487n,
    )
  })

  test(`Poseidon of 5 and 11 numbers is poseidon-lite's (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const inputs = [
      0n,
      1n,
      P - 1n,
      P - 2n,
      ...Array.from({ length: 18 }, () => BigInt(`0x${random.bytes(32).toString('hex')}`) % P),
    ]
    for (let i = 0; i < rounds; i++) {
      const take = (count: number) => Array.from({ length: count }, (_, j) => inputs[(i * 7 + j) % inputs.length]!)
      expect(await poseidon(take(5))).toBe(poseidon5(take(5)))
      expect(await poseidon(take(11))).toBe(poseidon11(take(11)))
    }
  })

  test('Poseidon refuses another count, and a number that is not of the field', async () => {
    const zero = bytesOf(0n)
    for (const count of [4, 6, 10, 12])
      expect(await core.status('circuit.poseidon', ...Array.from({ length: count }, () => zero))).toBe(
        'IOC_ERR_ARGUMENT',
      )
    for (const number of [P, P + 1n, 2n ** 256n - 1n])
      expect(await core.status('circuit.poseidon', zero, zero, zero, zero, bytesOf(number))).toBe('IOC_ERR_ARGUMENT')
  })

  test('a leaf is the one that data availability commits', async () => {
    const device = '0x00112233445566778899aabbccddeeff00112233'
    const reading = { chainId: 4690n, projectId: 7n, device, nonce: 1n, time: 1_764_000_000_000n } as const
    const cases = [
      [0n, 0n, 0n, 0n, 0n],
      [-1n, 1n, -325n, 2n ** 63n - 1n, -(2n ** 63n)],
    ]
    for (const values of isChip(backend) ? cases.slice(1) : cases)
      expect(
        numbersOf(
          await core.bytes('circuit.leaf', 4690, 7, Buffer.from(device.slice(2), 'hex'), 1, reading.time, ...values),
        )[0],
      ).toBe(readingLeaf({ ...reading, values }))
  })

  test(`signs as a circuit checks, and the same twice (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < rounds; i++) {
      const seed = await core.text('circuit.seed', random.bytes(32))
      const key = numbersOf(await core.bytes('circuit.key', `\`${seed}`))
      const message = i === 0 ? P - 1n : BigInt(`0x${random.bytes(32).toString('hex')}`) % P
      const signature = await core.bytes('circuit.sign', `\`${seed}`, bytesOf(message))
      expect(isSigned(key, message, numbersOf(signature))).toBe(true)
      expect(isSigned(key, (message + 1n) % P, numbersOf(signature))).toBe(false)
      expect(pointOf(key).isTorsionFree()).toBe(true)
      expect(await core.bytes('circuit.sign', `\`${seed}`, bytesOf(message))).toEqual(signature)
    }
  })

  test('signs nothing that is not of the field', async () => {
    const seed = await core.text('circuit.seed', Buffer.alloc(32, 1))
    expect(await core.status('circuit.sign', `\`${seed}`, bytesOf(P))).toBe('IOC_ERR_ARGUMENT')
  })

  test('a key that is no seed signs nothing', async () => {
    const other = await core.key('P-256', 'sign', Buffer.alloc(32, 1))
    expect(await core.status('circuit.key', other)).not.toBe('IOC_OK')
  })

  test('proves its key as the registry checks', async () => {
    const [registry, device] = [Buffer.alloc(20, 0xab), Buffer.alloc(20, 0xcd)]
    const seed = await core.text('circuit.seed', Buffer.alloc(32, 7))
    const proof = numbersOf(await core.bytes('circuit.prove', `\`${seed}`, bytesOf(4690n), registry, device))
    const [x, y, eighthX, eighthY, commitmentX, commitmentY, response] = proof as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ]
    const key = pointOf([x, y])
    expect(pointOf([eighthX, eighthY]).multiplyUnsafe(8n).equals(key)).toBe(true)
    const words = ['bytes32', 'uint256', 'address', 'address', 'uint256', 'uint256', 'uint256', 'uint256']
    const hash = keccak256(
      AbiCoder.defaultAbiCoder().encode(words, [
        id('ioID BabyJubjub possession'),
        4690,
        `0x${registry.toString('hex')}`,
        `0x${device.toString('hex')}`,
        x,
        y,
        commitmentX,
        commitmentY,
      ]),
    )
    const challenge = BigInt(hash) & (2n ** 128n - 1n)
    const right = pointOf([commitmentX, commitmentY]).add(key.multiplyUnsafe(challenge))
    expect(response).toBeLessThan(ORDER)
    expect(Point.BASE.multiply(response).equals(right)).toBe(true)
  })
})

describe.each(backends('circuit keys of a device', { chips: false }))('a device with a circuit key, %s', (backend) => {
  let core: Core
  let signing: number
  let seed: number
  let key: bigint[]
  let address: Hex
  beforeAll(async () => {
    core = await Core.start(backend)
    signing = await core.key('secp256k1', 'sign', Buffer.alloc(32, 3))
    seed = Number(await core.text('circuit.seed', Buffer.alloc(32, 4)))
    key = numbersOf(await core.bytes('circuit.key', seed))
    address = (await core.text('did.io', signing)).slice('did:io:'.length) as Hex
  })
  afterAll(() => core.stop())

  test('has it in its DID document, which is else the same', async () => {
    const agreement = await core.key('P-256', 'agree', Buffer.alloc(32, 6))
    const text = await core.text('circuit.document', seed, signing, agreement)
    const { verificationMethod, ...rest } = JSON.parse(text)
    const [first, second, third, ...others] = verificationMethod
    const plain = await core.text('document', signing, agreement)
    expect({ verificationMethod: [first, second], ...rest }).toEqual(JSON.parse(plain))
    expect(others).toEqual([])
    expect(third).toEqual({
      id: `did:io:${address}#key-3`,
      type: 'JsonWebKey2020',
      controller: `did:io:${address}`,
      publicKeyJwk: {
        kty: 'EC',
        crv: 'BabyJubjub',
        x: bytesOf(key[0]!).toString('base64url'),
        y: bytesOf(key[1]!).toString('base64url'),
      },
    })
    const document = parseDocument(Buffer.from(text))
    expect(document).toEqual(JSON.parse(text))
    expect((await core.call('document.key', text, 0, `did:io:${address}#key-1`)).length).toBe(1)
    expect(await core.status('document.key', text, 0, `did:io:${address}#key-3`)).toBe('IOC_ERR_KEY_UNKNOWN')
  })

  test('signs the leaf of each reading, which travels in the request', async () => {
    await core.call('now', 1_764_000_000_000)
    await core.call('flash', 4, 2048, 4)
    await core.call('device.limits', 4, 1024, 1500, 1038, 0, seed)
    await core.call('device.open', signing, 'http://gateway')
    await core.call('device.take', 1_764_000_000_000, 0, 325, 7)
    const parts = (await core.call('device.run')).map(String)
    const request = parseTaskRequest(parts[parts.indexOf('send') + 3]!, () => ['count', 'time'])
    const leaf = readingLeaf({
      chainId: 4690n,
      projectId: 7n,
      device: address,
      nonce: request.nonce,
      time: 1_764_000_000_000n,
      values: [-325n, 7n, 0n, 0n, 0n],
    })
    expect(isSigned(key, leaf, numbersOf(Buffer.from(request.circuitSignature!)))).toBe(true)
    await core.call('device.limits', 4, 1024, 1500, 1038)
  })

  test('binds it with its permit, where it is asked to', async () => {
    const registry: Hex = `0x${'ab'.repeat(20)}`
    const bound = {
      owner: `0x${'01'.repeat(20)}`,
      hash: `0x${'02'.repeat(32)}`,
      uri: 'ipfs://document',
      deviceContract: `0x${'03'.repeat(20)}`,
    } as const
    const numbers = { chainId: '4690', nonce: '5', tokenId: '6', deadline: '7' }
    const params = { kind: 'circuit', action: 'register', registry, ...numbers, ...bound }
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'did.permit', params })
    const ask = async (...more: number[]) =>
      JSON.parse(String((await core.call('serial', request, signing, 'document', '`_', ...more))[0]))
    const { result } = await ask(seed)
    const { circuitKey, signature } = checkSerialResult('did.permit', result)
    expect([circuitKey!.x, circuitKey!.y].map(BigInt)).toEqual(key)
    const [chainId, nonce, tokenId, deadline] = Object.values(numbers).map(BigInt) as [bigint, bigint, bigint, bigint]
    const digest = devicePermitHash({
      ...{ chainId, nonce, tokenId, deadline, registry, ...bound },
      action: 'register',
      device: address,
      circuitKey: circuitKeyHash(circuitKey!),
    })
    expect(
      secp256k1.verify(Buffer.from(signature.slice(2), 'hex'), digest, await publicKeyOf(), { prehash: false }),
    ).toBe(true)
    expect(BigInt(circuitKeyHash(circuitKey!))).toBe(BigInt(keccak256(Buffer.concat(key.map(bytesOf)))))
    expect(await ask()).toMatchObject({ error: { code: -32004 } })
  })

  const publicKeyOf = async () => {
    const { x, y } = JSON.parse(await core.text('jwk', signing)) as { x: string; y: string }
    return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  }
})

test('every backend makes the same key, signature and proof', async () => {
  const made = await Promise.all(
    backends('equal circuit keys').map(async (backend) => {
      const core = await Core.start(backend)
      try {
        const seed = await core.text('circuit.seed', Buffer.alloc(32, 9))
        const signature = await core.bytes('circuit.sign', `\`${seed}`, bytesOf(5n))
        return Buffer.concat([await core.bytes('circuit.key', `\`${seed}`), signature]).toString('hex')
      } finally {
        await core.stop()
      }
    }),
  )
  expect(new Set(made).size).toBe(1)
})
