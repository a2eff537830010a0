/**
 * One stream of randomness, one clock, one set of keys: every backend writes the same bytes. Each is what a device sends,
 * so that what is tried in the simulator is what a chip does.
 */
import { SecretKey } from '@iotex2/identity/secret-key'
import { expect, test } from 'vitest'
import { backends, Core } from './harness.ts'

const TIME = 1_764_000_000
const secret = (byte: number) => new Uint8Array(32).fill(byte)
const text = (length: number) => JSON.stringify({ note: 'x'.repeat(length) })

/** Returns all that a device says in its life, in short. */
async function life(core: Core): Promise<Buffer[]> {
  await core.call('seed', secret(7))
  await core.call('now', TIME)
  const said: Buffer[] = []
  for (const curve of ['P-256', 'secp256k1']) {
    const signing = await core.key(curve, 'sign', secret(1))
    said.push(
      await core.bytes('did.io', signing),
      await core.bytes('did.key', signing),
      await core.bytes('jwk', signing),
    )
    said.push(await core.bytes('sign', signing, 'message'))
    for (const agreement of ['P-256', 'X25519']) {
      const key = await core.key(agreement, 'agree', secret(2))
      const jwk = JSON.stringify(new SecretKey(agreement as 'P-256', secret(3)).publicJwk)
      said.push(await core.bytes('document', signing, key))
      said.push(await core.bytes('message.id'))
      for (const length of [0, 13, 300]) {
        said.push(await core.bytes('encrypt', 0, text(length), 'did:a:1#key-2', key, 'did:b:1#key-2', jwk))
        said.push(await core.bytes('encrypt', 0, text(length), null, 0, 'did:b:1#key-2', jwk))
        said.push(await core.bytes('encrypt', 1, text(length), null, 0, 'did:b:1#key-2', jwk))
        said.push(await core.bytes('sign.message', 'did:a:1#key-1', signing, text(length)))
      }
    }
  }
  const signing = await core.key('secp256k1', 'sign', secret(1))
  said.push(await core.bytes('request', signing, 1, 2, '1.0', '{"time":1764000000000,"temperature":21.5}'))
  return said
}

const [first, ...others] = backends('equal bytes')

test.each(others)(`${first} and %s write the same bytes`, { timeout: 180_000 }, async (other) => {
  const lives = await Promise.all(
    [first!, other].map(async (backend) => {
      const core = await Core.start(backend)
      try {
        return await life(core)
      } finally {
        await core.stop()
      }
    }),
  )
  expect(lives[0]).toHaveLength(65)
  expect(new Set(lives[0]!.map(String)).size).toBeGreaterThan(50)
  expect(lives[1]!.map(String)).toEqual(lives[0]!.map(String))
})
