/**
 * BabyJubjub and Poseidon of the C core: by published vectors, and against @noble/curves and poseidon-lite, which share no
 * code with it.
 */
import { createHash } from 'node:crypto'
import { parseCircuitSignature, verifyCircuitSignature } from '@iotex2/protocol/circuit-signature'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { toHex } from '@iotex2/protocol/hex'
import { readingLeaf } from '@iotex2/protocol/leaf'
import { babyjubjub } from '@noble/curves/misc.js'
import { keccak256 } from 'ethers'
import { poseidon5, poseidon11 } from 'poseidon-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, isChip } from './harness.ts'

const SEED = 20_261_125
const { Point } = babyjubjub
const ORDER = Point.Fn.ORDER

const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const modulo = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus
const textBytes = (text: string) => Buffer.from(text)

/** What ADR 74 says of secrets. */
const secretOf = (purpose: string, seed: Uint8Array, data: Uint8Array = new Uint8Array()) =>
  numberOf(createHash('sha512').update(`ioConnect BabyJubjub ${purpose}`).update(seed).update(data).digest()) % ORDER

// ERC-2494, "Test vectors".
const P1 = {
  x: 17777552123799933955779906779655732241715742912184938656739573121738514868268n,
  y: 2626589144620713026669568689430873010625803728049924121243784502389097019475n,
}
const P2 = {
  x: 16540640123574156134436876038791482806971768689494387082833631921987005038935n,
  y: 20819045374670962167435360035096875258406992893633759881276124905556507972311n,
}
const SUM = {
  x: 7916061937171219682591368294088513039687205273691143098332585753343424131937n,
  y: 14035240266687799601661095864649209771790948434046947201833777492504781204499n,
}
const DOUBLE = {
  x: 6890855772600357754907169075114257697580319025794532037257385534741338397365n,
  y: 4338620300185947561074059802482547481416142213883829469920100239455078257889n,
}
const IDENTITY = { x: 0n, y: 1n }
const GENERATOR = {
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
}
const BASE8 = {
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
}

describe.each(backends('BabyJubjub of the C core'))('BabyJubjub with %s', (backend) => {
  /** How many of random cases are tried: a signature is some 20 million instructions. */
  const few = isChip(backend) ? 1 : 10
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  type Affine = typeof P1
  const pointOf = async (operation: string, ...args: bigint[]): Promise<Affine> => {
    const [x, y] = await core.call(operation, ...args.map(word))
    return { x: numberOf(x!), y: numberOf(y!) }
  }
  const add = (one: Affine, other: Affine) => pointOf('point.add', one.x, one.y, other.x, other.y)
  const double = ({ x, y }: Affine) => pointOf('point.double', x, y)
  const poseidon = async (inputs: readonly bigint[]) => numberOf(await core.bytes('poseidon', ...inputs.map(word)))
  const open = async (seed: Uint8Array) => Number(await core.text('bjj.seed', seed))
  const publicOf = async (key: number): Promise<Affine> => {
    const bytes = await core.bytes('bjj', key)
    return { x: numberOf(bytes.subarray(0, 32)), y: numberOf(bytes.subarray(32)) }
  }

  test('adds, doubles and multiplies as ERC-2494 has it', async () => {
    expect(await add(P1, P2)).toEqual(SUM)
    expect(await add(P1, P1)).toEqual(DOUBLE)
    expect(await double(P1)).toEqual(DOUBLE)
    expect(await double(IDENTITY)).toEqual(IDENTITY)
    expect(await add(IDENTITY, P1)).toEqual(P1)
    expect(await add(P1, { x: FIELD_MODULUS - P1.x, y: P1.y })).toEqual(IDENTITY)
    // Base8 is 8 times the generator, and its order times it is the identity: what precedes it is its negative.
    expect(await double(await double(await double(GENERATOR)))).toEqual(BASE8)
    expect(await pointOf('point.of', 0n)).toEqual(IDENTITY)
    expect(await pointOf('point.of', 1n)).toEqual(BASE8)
    const last = await pointOf('point.of', ORDER - 1n)
    expect(last).toEqual({ x: FIELD_MODULUS - BASE8.x, y: BASE8.y })
    expect(await add(last, BASE8)).toEqual(IDENTITY)
  })

  test(`multiplies as @noble/curves does (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const edges = [2n, 3n, 1n << 125n, (1n << 126n) - 1n, 1n << 126n, (1n << 126n) + 1n, ORDER - 2n]
    const scalars = [...edges, ...Array.from({ length: 3 * few }, () => numberOf(random.bytes(32)) % ORDER)]
    for (const scalar of scalars)
      expect(await pointOf('point.of', scalar), String(scalar)).toEqual(Point.BASE.multiply(scalar).toAffine())
  })

  // circomlibjs, test/poseidon.js.
  test.each([
    [[1n, 2n, 0n, 0n, 0n], 1018317224307729531995786483840663576608797660851238720571059489595066344487n],
    [[3n, 4n, 5n, 10n, 23n], 13034429309846638789535561449942021891039729847501137143363028890275222221409n],
  ])('Poseidon of %s', async (inputs, hash) => {
    expect(await poseidon(inputs)).toBe(hash)
  })

  test(`Poseidon of 5 and 11 numbers is poseidon-lite's (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const most = FIELD_MODULUS - 1n
    const lists = [
      ...[0n, 1n, most].map((value) => Array<bigint>(11).fill(value)),
      ...Array.from({ length: few }, () =>
        Array.from({ length: 11 }, () => numberOf(random.bytes(32)) % FIELD_MODULUS),
      ),
    ]
    for (const list of lists) {
      expect(await poseidon(list)).toBe(poseidon11(list))
      expect(await poseidon(list.slice(0, 5))).toBe(poseidon5(list.slice(0, 5)))
    }
  })

  test('Poseidon refuses other numbers of numbers, and numbers that are not reduced', async () => {
    for (const count of [1, 4, 6, 10, 12])
      expect(await core.status('poseidon', ...Array.from({ length: count }, () => word(1n)))).toBe('IOC_ERR_ARGUMENT')
    for (const at of [0, 4])
      for (const value of [FIELD_MODULUS, (1n << 256n) - 1n])
        expect(await core.status('poseidon', ...Array.from({ length: 5 }, (_, i) => word(i === at ? value : 1n)))).toBe(
          'IOC_ERR_ARGUMENT',
        )
  })

  test(`a leaf is the protocol's (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const sixtyFour = () => numberOf(random.bytes(8))
    for (let i = 0; i < few; i++) {
      const values = Array.from({ length: 5 }, () => BigInt.asIntN(64, sixtyFour()))
      values[i % 5] = [0n, -1n, -(1n << 63n), (1n << 63n) - 1n, 1n][i % 5]!
      const device = random.bytes(20)
      const reading = {
        chainId: sixtyFour(),
        projectId: sixtyFour(),
        device: toHex(device),
        nonce: sixtyFour(),
        time: sixtyFour(),
        values,
      }
      const { chainId, projectId, nonce, time } = reading
      const leaf = await core.bytes('leaf', chainId, projectId, device, nonce, time, ...values)
      expect(numberOf(leaf)).toBe(readingLeaf(reading))
    }
  })

  test(`signs as EdDSA does, with a nonce and a key that the seed gives (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < few; i++) {
      const seed = random.bytes(32)
      const message = [0n, FIELD_MODULUS - 1n][i] ?? numberOf(random.bytes(32)) % FIELD_MODULUS
      const id = await open(seed)
      const key = await publicOf(id)
      const secret = secretOf('key', seed)
      expect(key).toEqual(Point.BASE.multiply(secret).toAffine())
      expect((await core.bytes('bjj.hash', id)).toString('hex')).toBe(
        keccak256(Buffer.concat([word(key.x), word(key.y)])).slice(2),
      )
      const nonce = secretOf('signature', seed, word(message))
      const r8 = Point.BASE.multiply(nonce).toAffine()
      const challenge = poseidon5([r8.x, r8.y, key.x, key.y, message])
      const s = modulo(nonce + challenge * 8n * secret, ORDER)
      const signature = await core.bytes('bjj.sign', id, word(message))
      expect(signature.toString('hex')).toBe(Buffer.concat([r8.x, r8.y, s].map(word)).toString('hex'))
      expect(verifyCircuitSignature(key, message, parseCircuitSignature(toHex(signature)))).toBe(true)
      await core.call('key.destroy', id)
    }
  })

  test('proves possession as the registry asks for it', async () => {
    const seed = Buffer.alloc(32, 9)
    const id = await open(seed)
    const [registry, device] = [Buffer.alloc(20, 0xaa), Buffer.alloc(20, 0xbb)]
    const proof = await core.bytes('bjj.prove', id, 4689, registry, device)
    const words = Array.from({ length: 7 }, (_, i) => numberOf(proof.subarray(32 * i, 32 * i + 32)))
    const [x, y, eighthX, eighthY, commitmentX, commitmentY, response] = words as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ]
    const key = await publicOf(id)
    expect({ x, y }).toEqual(key)
    expect(Point.fromAffine({ x: eighthX, y: eighthY }).clearCofactor().toAffine()).toEqual(key)
    const pad = (bytes: Uint8Array) => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes])
    const tag = Buffer.from(keccak256(textBytes('ioID BabyJubjub possession')).slice(2), 'hex')
    const bound = [tag, word(4689n), pad(registry), pad(device)]
    const challenge = BigInt(keccak256(Buffer.concat([...bound, ...[x, y, commitmentX, commitmentY].map(word)])))
    const commitment = Point.fromAffine({ x: commitmentX, y: commitmentY })
    const right = Point.fromAffine(key).multiply(BigInt.asUintN(128, challenge)).add(commitment)
    expect(Point.BASE.multiply(response).equals(right)).toBe(true)
    // No nonce serves two purposes, or two registries.
    expect(commitment.equals(Point.BASE.multiply(secretOf('possession', seed, Buffer.concat(bound))))).toBe(true)
    const other = await core.bytes('bjj.prove', id, 4689, device, registry)
    expect(other.subarray(128, 192)).not.toEqual(proof.subarray(128, 192))
    await core.call('key.destroy', id)
  })

  test('refuses a seed that is none, and a message that is no field element', async () => {
    expect(await core.status('bjj', 4_000_000)).toBe('IOC_ERR_KEY')
    for (const seed of [Buffer.alloc(31), Buffer.alloc(33)])
      expect(await core.status('bjj', await open(seed))).toBe('IOC_ERR_KEY')
    const EXPORT_FREE = 0x400
    expect(await core.status('bjj', await core.text('bjj.seed', Buffer.alloc(32), EXPORT_FREE).then(Number))).toBe(
      'IOC_ERR_KEY',
    )
    const id = await open(Buffer.alloc(32, 1))
    expect(await core.status('bjj.sign', id, word(FIELD_MODULUS))).toBe('IOC_ERR_ARGUMENT')
    expect(await core.status('bjj.sign', id, word((1n << 256n) - 1n))).toBe('IOC_ERR_ARGUMENT')
  })

  test.skipIf(isChip(backend))('whatever fails beneath it, it says so', async () => {
    const id = await open(Buffer.alloc(32, 2))
    const operations = {
      'bjj.sign': [id, word(5n)],
      'bjj.prove': [id, 1, Buffer.alloc(20), Buffer.alloc(20)],
    }
    for (const [operation, args] of Object.entries(operations)) {
      let calls = 0
      for (; ; calls++) {
        await core.call('fault', calls)
        const status = await core.status(operation, ...args)
        if ((await core.text('fault', -1)) === '0') {
          expect(status).toBe('IOC_OK')
          break
        }
        expect(status, `${operation}, call ${calls}`).toMatch(/^IOC_ERR_(CRYPTO|KEY)$/)
      }
      // The key is derived, the nonce, and the key again.
      expect(calls).toBeGreaterThanOrEqual(14)
    }
  })
})
