/**
 * One core on two backends of PSA: with the same randomness, time and deterministic ECDSA, a computer with mbedTLS and
 * WebAssembly with the simulator's PSA write the same bytes.
 */
import { describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { type Argument, backends, Core } from './harness.ts'

const SEED = 20_261_125
const DID = 'did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1'
const both = backends('bytes of the C core', { chips: false })

type Command = [string, ...Argument[]]

/** Commands whose answers depend on the stream of randomness, the time, and the keys alone. */
async function script(core: Core, random: Seeded): Promise<Command[]> {
  const p256 = await core.key('P-256', 'sign', Buffer.alloc(32, 1))
  const secp256k1 = await core.key('secp256k1', 'sign', Buffer.alloc(32, 2))
  const agreement = await core.key('P-256', 'agree', Buffer.alloc(32, 3))
  const x25519 = await core.key('X25519', 'agree', Buffer.alloc(32, 4))
  const jwks = [await core.text('jwk', agreement), await core.text('jwk', x25519)]
  const commands: Command[] = [
    ['seed', Buffer.alloc(32, 5)],
    ['now', 1_764_000_000],
  ]
  for (const key of [p256, secp256k1])
    commands.push(['jwk', key], ['did.io', key], ['did.key', key], ['document', key], ['document', key, agreement])
  for (let i = 0; i < 40; i++) {
    const payload = `{"time":${1_764_000_000_000 + i},"value":${random.below(1_000_000)}}`
    const message = Buffer.from(
      JSON.stringify({ id: String(i), type: 'https://a.example/1', body: { text: 'ä'.repeat(random.below(200)) } }),
    )
    commands.push(
      ['request', random.below(2) ? p256 : secp256k1, i + 1, 7, random.below(2) ? '1.0' : null, payload, i],
      ['sign.message', `${DID}#key-1`, random.below(2) ? p256 : secp256k1, message],
      ['encrypt', 0, message, `${DID}#key-2`, agreement, `${DID}#key-2`, jwks[0]!],
      ['encrypt', 0, message, `${DID}#key-3`, x25519, `${DID}#key-3`, jwks[1]!],
      ['encrypt', random.below(2), message, null, 0, `${DID}#key-2`, jwks[0]!, `${DID}#key-9`, jwks[0]!],
      ['encrypt', random.below(2), message, null, 0, `${DID}#key-3`, jwks[1]!],
      ['present', `${DID}#key-1`, p256, 'challenge', 'domain', 'a.b.c'],
      ['message.id'],
      ['backoff', 500, 60_000, 1 + random.below(9)],
    )
  }
  return commands
}

async function answers(core: Core): Promise<string[]> {
  const lines: string[] = []
  for (const command of await script(core, new Seeded(SEED)))
    lines.push(`${command[0]} ${(await core.call(...command)).join(' ')}`)
  return lines
}

describe.skipIf(both.length < 2)('host and WebAssembly', () => {
  test(`write the same bytes (seed ${SEED})`, async () => {
    const cores = await Promise.all(both.map((backend) => Core.start(backend)))
    const [host, wasm] = await Promise.all(cores.map(answers))
    await Promise.all(cores.map((core) => core.stop()))
    expect(wasm).toEqual(host)
    // They do depend on randomness: no message is as another.
    const encrypted = wasm!.filter((line) => line.startsWith('encrypt'))
    expect(new Set(encrypted).size).toBe(160)
  })
})
