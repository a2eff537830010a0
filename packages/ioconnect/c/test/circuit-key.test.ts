/**
 * BabyJubjub and Poseidon: by the vectors of EIP-2494 and circomlibjs, against poseidon-lite, and as the registry's
 * contract has it.
 */
import { readingLeaf } from '@iotex2/protocol/leaf'
import { edwards } from '@noble/curves/abstract/edwards.js'
import { AbiCoder, id, keccak256 } from 'ethers'
import { poseidon5, poseidon11 } from 'poseidon-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FIELD_MODULUS as P } from '../../../protocol/src/field.ts'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, isChip } from './harness.ts'

const SEED = 20_261_126

/** EIP-2494, in circomlib's form. */
const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n
const Point = edwards({
  p: P,
  n: ORDER,
  h: 8n,
  a: 168700n,
  d: 168696n,
  // Base8.
  Gx: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  Gy: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
})
type Point = InstanceType<typeof Point>

const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex')
const numbersOf = (bytes: Buffer): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) =>
    BigInt(`0x${bytes.subarray(32 * i, 32 * i + 32).toString('hex')}`),
  )
const pointOf = ([x, y]: readonly bigint[]): Point => {
  const point = Point.fromAffine({ x: x!, y: y! })
  point.assertValidity()
  return point
}

/** circomlib's EdDSAPoseidonVerifier: S·Base8 = R8 + h·8·A. */
function isSigned(key: readonly bigint[], message: bigint, [x, y, s]: readonly bigint[]): boolean {
  const hash = poseidon5([x!, y!, key[0]!, key[1]!, message])
  const right = pointOf([x!, y!]).add(pointOf(key).multiplyUnsafe((8n * hash) % ORDER))
  return s! < ORDER && Point.BASE.multiply(s!).equals(right)
}

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
    const proof = numbersOf(await core.bytes('circuit.prove', `\`${seed}`, 4690, registry, device))
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
