/** Firmware by the air: what a manifest must say, and power cut before and after everything that is durable. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { type FirmwareManifest, signFirmware } from '../../src/firmware.ts'
import { backends, Core } from './harness.ts'

const SEED = 20_261_125
const NOW = 1_800_000_000
const TARGET = new Uint8Array(32).fill(7)
const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`
const pair = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve })
const release = pair()
const KEY = JSON.stringify(release.publicKey.export({ format: 'jwk' }))

const imageOf = (length: number, seed = 'image') => new Seeded(SEED + seed.length + length).bytes(length)

const facts = (image: Uint8Array, changes: Partial<FirmwareManifest> = {}): FirmwareManifest => ({
  sequence: 2,
  firmware: '1.1.0',
  target: hex(TARGET),
  size: image.length,
  digest: hex(createHash('sha256').update(image).digest()),
  issuedAt: NOW - 60,
  expiresAt: NOW + 3600,
  precursor: 0,
  ...changes,
})
const manifestOf = (image: Uint8Array, changes: Partial<FirmwareManifest> = {}, key = release.privateKey) =>
  signFirmware(facts(image, changes), key)

/** A manifest that our own signer would not make. */
function forge(header: object, payload: object | string, key = release.privateKey) {
  const parts = [header, payload].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
  )
  const signature = sign('sha256', Buffer.from(parts.join('.')), { key, dsaEncoding: 'ieee-p1363' })
  return [...parts, signature.toString('base64url')].join('.')
}
const HEADER = { alg: 'ES256', kid: 'release', typ: 'firmware+jwt' }

describe.each(backends('firmware by the air', { chips: false }))('ota with %s', (backend) => {
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  const open = async (sequence = 1) => {
    const [installed, trial] = (await core.call('ota.open', KEY, TARGET, sequence)).map(Number)
    return { installed, trial: trial === 1 }
  }
  const fresh = async (slotBytes = 1024, stepBytes = 256) => {
    await core.call('ota.slots', slotBytes, stepBytes)
    return open()
  }
  const begin = async (manifest: string, now = NOW) => Number(await core.text('ota.begin', manifest, now))
  const receive = async (image: Uint8Array, from = 0, piece = 96) => {
    for (let at = from; at < image.length; at += piece) await core.call('ota.write', at, image.subarray(at, at + piece))
  }
  const boot = async () => Number(await core.text('ota.boot'))
  const install = async (image: Uint8Array, changes: Partial<FirmwareManifest> = {}) => {
    await begin(await manifestOf(image, changes))
    await receive(image)
    await core.call('ota.finish')
    return boot()
  }

  test('an image is received, runs on trial, and stays when it confirms', async () => {
    const image = imageOf(1000)
    expect(await fresh()).toEqual({ installed: 1, trial: false })
    expect(await install(image)).toBe(1)
    expect(await core.bytes('ota.image', 1, 1000)).toEqual(image)
    expect(await open()).toEqual({ installed: 1, trial: true })
    expect(await core.status('ota.begin', await manifestOf(image, { sequence: 3 }), NOW)).toBe('IOC_ERR_FIRMWARE_TRIAL')
    await core.call('ota.confirm')
    expect(await boot()).toBe(1)
    expect(await open()).toEqual({ installed: 2, trial: false })
    expect(await core.status('ota.confirm')).toBe('IOC_ERR_ARGUMENT')
    expect(await core.status('ota.reject')).toBe('IOC_ERR_ARGUMENT')
    // Back into the other slot.
    expect(await install(imageOf(500), { sequence: 9, precursor: 2 })).toBe(0)
    expect(await open()).toEqual({ installed: 2, trial: true })
    expect(await core.bytes('ota.image', 0, 500)).toEqual(imageOf(500))
  })

  test.each(['dies', 'rejects itself'])('an image that %s is rolled back, and not tried again', async (how) => {
    const image = imageOf(300)
    await fresh()
    expect(await install(image)).toBe(1)
    expect((await open()).trial).toBe(true)
    if (how === 'rejects itself') await core.call('ota.reject')
    expect(await boot()).toBe(0)
    expect(await open()).toEqual({ installed: 1, trial: false })
    expect(await core.status('ota.begin', await manifestOf(image), NOW)).toBe('IOC_ERR_FIRMWARE_FAILED')
    expect(await begin(await manifestOf(image, { sequence: 3 }))).toBe(0)
  })

  test.each<[string, string, () => string | Promise<string>, number?]>([
    ['another signer', 'IOC_ERR_SIGNATURE', () => manifestOf(imageOf(300), {}, pair().privateKey)],
    ['an expired one', 'IOC_ERR_EXPIRED', () => manifestOf(imageOf(300), { expiresAt: NOW })],
    ['one of the future', 'IOC_ERR_NOT_YET_VALID', () => manifestOf(imageOf(300), { issuedAt: NOW + 301 })],
    ['one before the time is known', 'IOC_ERR_CLOCK', () => manifestOf(imageOf(300)), 0],
    [
      'one that is installed',
      'IOC_ERR_FIRMWARE_ROLLBACK',
      () => manifestOf(imageOf(300), { sequence: 1, precursor: 0 }),
    ],
    ['an older one', 'IOC_ERR_FIRMWARE_ROLLBACK', () => forge(HEADER, { ...facts(imageOf(300)), sequence: 0 })],
    ['another target', 'IOC_ERR_FIRMWARE_TARGET', () => manifestOf(imageOf(300), { target: hex(new Uint8Array(32)) })],
    [
      'one that needs another',
      'IOC_ERR_FIRMWARE_PRECURSOR',
      () => manifestOf(imageOf(300), { sequence: 3, precursor: 2 }),
    ],
    ['one larger than the slot', 'IOC_ERR_FIRMWARE_SIZE', () => manifestOf(imageOf(300), { size: 1025 })],
    ['one of no bytes', 'IOC_ERR_FIRMWARE_SIZE', () => forge(HEADER, { ...facts(imageOf(1)), size: 0 })],
    ['one of 2^32 bytes', 'IOC_ERR_FIRMWARE_SIZE', () => forge(HEADER, { ...facts(imageOf(1)), size: 2 ** 32 })],
    ['an unknown member', 'IOC_ERR_MEMBER', () => forge(HEADER, { ...facts(imageOf(300)), compressed: true })],
    ['another type', 'IOC_ERR_MEMBER', () => forge({ ...HEADER, typ: 'jwt' }, facts(imageOf(300)))],
    ['another algorithm', 'IOC_ERR_ALGORITHM', () => forge({ ...HEADER, alg: 'none' }, facts(imageOf(300)))],
    [
      'a header to be understood',
      'IOC_ERR_CRITICAL_HEADER',
      () => forge({ ...HEADER, crit: ['a'] }, facts(imageOf(300))),
    ],
    ['no JSON', 'IOC_ERR_JSON', () => forge(HEADER, '{')],
    ['a long name', 'IOC_ERR_MEMBER', () => forge(HEADER, { ...facts(imageOf(300)), firmware: 'x'.repeat(33) })],
    ['a short target', 'IOC_ERR_MEMBER', () => forge(HEADER, { ...facts(imageOf(300)), target: '0x07' })],
    ['a short digest', 'IOC_ERR_MEMBER', () => forge(HEADER, { ...facts(imageOf(300)), digest: '0x07' })],
    ['a negative number', 'IOC_ERR_MEMBER', () => forge(HEADER, { ...facts(imageOf(300)), sequence: -1 })],
    ...(['sequence', 'size', 'issuedAt', 'expiresAt', 'precursor', 'target', 'digest', 'firmware'] as const).map(
      (member): [string, string, () => string] => [
        `none of ${member}`,
        'IOC_ERR_MEMBER',
        () => forge(HEADER, { ...facts(imageOf(300)), [member]: undefined }),
      ],
    ),
  ])('%s is refused before a byte is written: %s', async (_, status, manifest, now = NOW) => {
    await fresh()
    await core.call('ota.cut', 0)
    expect(await core.status('ota.begin', await manifest(), now)).toBe(status)
    expect(await core.status('ota.write', 0, imageOf(16))).toBe('IOC_ERR_ARGUMENT')
    expect(await core.status('ota.finish')).toBe('IOC_ERR_ARGUMENT')
    expect(await core.text('ota.spent')).toBe('0')
  })

  test('every character of a manifest counts', async () => {
    const manifest = await manifestOf(imageOf(300))
    await fresh()
    for (let i = 0; i < manifest.length; i += 7) {
      const other = manifest[i] === 'A' ? 'B' : 'A'
      const altered = manifest.slice(0, i) + other + manifest.slice(i + 1)
      expect(await core.status('ota.begin', altered, NOW), `character ${i}`).not.toBe('IOC_OK')
    }
  })

  test('pieces in order, whole, and no more than was said', async () => {
    const image = imageOf(300)
    await fresh()
    await begin(await manifestOf(image))
    expect(await core.status('ota.write', 16, image.subarray(16, 32))).toBe('IOC_ERR_FIRMWARE_OFFSET')
    expect(await core.status('ota.write', 0, image.subarray(0, 17))).toBe('IOC_ERR_ARGUMENT')
    expect(await core.status('ota.write', 0, Buffer.concat([image, image]))).toBe('IOC_ERR_FIRMWARE_SIZE')
    await core.call('ota.write', 0, image.subarray(0, 288))
    expect(await core.status('ota.write', 0, image.subarray(0, 288))).toBe('IOC_ERR_FIRMWARE_OFFSET')
    expect(await core.status('ota.finish')).toBe('IOC_ERR_FIRMWARE_TRUNCATED')
    expect(await core.status('ota.write', 288, imageOf(13))).toBe('IOC_ERR_FIRMWARE_SIZE')
    await core.call('ota.write', 288, image.subarray(288))
    await core.call('ota.finish')
  })

  test.each(['on its way', 'in the slot'])('a bit that flips %s is found, and the image is dropped', async (where) => {
    const image = imageOf(300)
    for (const at of [0, 150, 299]) {
      const altered = Buffer.from(image)
      if (where === 'on its way') altered[at]! ^= 1
      await fresh()
      await begin(await manifestOf(image))
      await receive(altered)
      if (where === 'in the slot') await core.call('ota.flip', at)
      expect(await core.status('ota.finish')).toBe('IOC_ERR_FIRMWARE_DIGEST')
      expect(await boot()).toBe(0)
      expect(await open()).toEqual({ installed: 1, trial: false })
      // From its beginning.
      expect(await begin(await manifestOf(image))).toBe(0)
    }
  })

  test('another image begins anew; the same one under a later manifest goes on', async () => {
    const [image, other] = [imageOf(600), imageOf(600, 'another')]
    await fresh()
    await begin(await manifestOf(image))
    await receive(image.subarray(0, 288))
    expect(await begin(await manifestOf(image, { sequence: 5 }))).toBe(256)
    expect(await begin(await manifestOf(other))).toBe(0)
    expect(await begin(await manifestOf(image, { sequence: 5 }))).toBe(0)
  })

  test('a record that is none, or of another layout, installs nothing', async () => {
    await fresh()
    await begin(await manifestOf(imageOf(300)))
    const record = await core.bytes('ota.kept')
    expect(record).toHaveLength(72)
    for (let i = 0; i < record.length; i++) {
      const altered = Buffer.from(record)
      altered[i]! ^= 0x80
      await core.call('ota.record', altered)
      expect(await core.status('ota.open', KEY, TARGET, 1), `byte ${i}`).toBe('IOC_ERR_FLASH')
    }
    await core.call('ota.record', record.subarray(1))
    expect(await core.status('ota.open', KEY, TARGET, 1)).toBe('IOC_ERR_FLASH')
    await core.call('ota.record', Buffer.alloc(73))
    expect(await core.status('ota.open', KEY, TARGET, 1)).toBe('IOC_ERR_BUFFER')
  })

  test('without its record a device still refuses what is older than what runs', async () => {
    await fresh()
    await core.call('ota.record', '')
    expect(await open(7)).toEqual({ installed: 7, trial: false })
    expect(await core.status('ota.begin', await manifestOf(imageOf(300), { sequence: 7 }), NOW)).toBe(
      'IOC_ERR_FIRMWARE_ROLLBACK',
    )
  })

  test('another curve’s key, and steps that fit no flash, are refused', async () => {
    const key = JSON.stringify(pair('secp256k1').publicKey.export({ format: 'jwk' }))
    await fresh()
    expect(await core.status('ota.open', key, TARGET, 1)).toBe('IOC_ERR_KEY')
    for (const step of [0, 8]) {
      await core.call('ota.slots', 1024, step)
      expect(await core.status('ota.open', KEY, TARGET, 1)).toBe('IOC_ERR_ARGUMENT')
    }
  })

  test('whatever fails beneath, a later try installs it', async () => {
    const image = imageOf(300)
    for (let call = 0; ; call++) {
      await fresh()
      await begin(await manifestOf(image))
      await receive(image)
      await core.call('fault', call)
      const status = await core.status('ota.finish')
      const happened = (await core.text('fault', -1)) === '1'
      if (happened) {
        expect(status, `call ${call}`).toMatch(/^IOC_ERR_(?:FLASH|CRYPTO)$/)
        await core.call('ota.finish')
      }
      expect(await boot()).toBe(1)
      if (!happened) {
        expect(call).toBeGreaterThan(3)
        return
      }
    }
  })

  test('power cut anywhere: the old image runs or the new one, and the update ends all the same', async () => {
    const image = imageOf(200)
    const manifest = await manifestOf(image)
    const ends = new Map<string, number>()
    for (let cut = 0; ; cut++) {
      await fresh(256, 64)
      await core.call('ota.cut', cut)
      const whole = await update(image, manifest)
      // Power is back, once and for all.
      let running = await boot()
      let state = await open()
      expect(await core.bytes('ota.image', 0, 64)).toEqual(Buffer.alloc(64, 0x5a))
      if (running === 1) expect(await core.bytes('ota.image', 1, 200)).toEqual(image)
      const end = `${running} ${state.installed} ${state.trial}`
      ends.set(end, (ends.get(end) ?? 0) + 1)
      if (whole) {
        expect(end).toBe('1 2 false')
        break
      }
      if (running === 0 && (await core.status('ota.begin', manifest, NOW)) === 'IOC_ERR_FIRMWARE_FAILED') {
        // It was on trial when power failed, and did not confirm: as a bad image would have.
        expect(state).toEqual({ installed: 1, trial: false })
        continue
      }
      if (running === 0) {
        const from = await begin(manifest)
        expect(from === 200 || from % 64 === 0).toBe(true)
        await receive(image, from, 32)
        await core.call('ota.finish')
        running = await boot()
        state = await open()
        expect(state).toEqual({ installed: 1, trial: true })
      }
      if (state.trial) await core.call('ota.confirm')
      expect([await boot(), await open()]).toEqual([1, { installed: 2, trial: false }])
    }
    // Each of the ways that there are was gone.
    expect([...ends.keys()].toSorted()).toEqual(['0 1 false', '1 1 true', '1 2 false'])
    expect([...ends.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(200)
  })

  /** Updates and confirms, until power fails; whether it did not. Cutting goes on over the restart within. */
  async function update(image: Uint8Array, manifest: string): Promise<boolean> {
    if ((await core.status('ota.begin', manifest, NOW)) !== 'IOC_OK') return false
    for (let at = 0; at < image.length; at += 32)
      if ((await core.status('ota.write', at, image.subarray(at, at + 32))) !== 'IOC_OK') return false
    if ((await core.status('ota.finish')) !== 'IOC_OK') return false
    await core.call('ota.restart')
    if ((await core.status('ota.open', KEY, TARGET, 1)) !== 'IOC_OK') return false
    return (await core.status('ota.confirm')) === 'IOC_OK'
  }
})
