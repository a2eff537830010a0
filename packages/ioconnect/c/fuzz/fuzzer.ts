/**
 * Runs the parsers of the core under libFuzzer, from seeds that reach behind their first checks.
 * @module
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretKey } from '@iotex2/identity/secret-key'
import { CodedError } from '@iotex2/protocol/errors'
import { encodeFrame } from '@iotex2/protocol/serial/frame'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { signFirmware } from '../../src/firmware.ts'
import { Core } from '../test/harness.ts'
import { buildProgram, CORE } from '../test/toolchain.ts'

const FLAGS = ['-g', '-O1', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all']

/** The names of the parsers that fuzz.c takes. */
export const TARGETS = [...readFileSync(join(CORE, 'fuzz/fuzz.c'), 'utf8').matchAll(/\{"(\w+)", fuzz_\w+\}/g)].map(
  ([, name]) => name!,
)

/** Parsers, and the inputs from which each is begun. */
export type Seeds = Record<string, Uint8Array[]>

/** Thrown when libFuzzer found something. Code FUZZ_FINDING. */
export class FuzzFindingError extends CodedError {
  constructor(target: string, output: string) {
    super('FUZZ_FINDING', `${target}: ${output.slice(-4000)}`)
  }
}

/** Returns the seeds of every parser of fuzz.c, whose keys they are made for. */
export async function makeSeeds(): Promise<Seeds> {
  const core = await Core.start()
  try {
    const signing = await core.key('secp256k1', 'sign', new Uint8Array(32).fill(1))
    const agreement = await core.key('P-256', 'agree', new Uint8Array(32).fill(2))
    const x25519 = await core.key('X25519', 'agree', new Uint8Array(32).fill(3))
    const [jwk, jwkX] = [await core.text('jwk', agreement), await core.text('jwk', x25519)]
    const from = 'did:a:c#1'
    const plaintext = await core.text(
      'message',
      'id',
      'https://a.example/1',
      'did:a:c',
      'did:a:b',
      null,
      1764000000,
      0,
      '{"a":[1]}',
    )
    const signed = await core.bytes('sign.message', from, signing, plaintext)
    const messages = [
      Buffer.from(plaintext),
      signed,
      await core.bytes('encrypt', 0, plaintext, from, agreement, 'did:a:b#p', jwk),
      await core.bytes('encrypt', 0, signed, from, agreement, 'did:a:b#p', jwk),
      await core.bytes('encrypt', 1, plaintext, null, 0, 'did:a:b#x', jwkX),
    ]
    await core.call('now', 1764000000)
    const presentation = await core.text('present', from, signing, 'challenge', 'domain')
    const credential = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiableCredential'],
      issuer: 'did:a:c',
      validFrom: '2025-11-24T00:00:00Z',
      credentialSubject: { id: 'did:a:b' },
    }
    const parts = [{ alg: 'ES256K', kid: from, typ: 'vc+jwt' }, credential].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const signature = await core.bytes('sign', signing, parts.join('.'))
    // As fuzz.c has it: three sectors of 128 bytes in units of 4, with messages queued, removed, and a sector begun anew.
    const images: Buffer[] = []
    await core.call('flash', 3, 128, 4)
    await core.call('queue.open', 1)
    for (let i = 1; i <= 8; i++) {
      await core.call('queue.append', 'message'.repeat(1 + (i % 4)))
      images.push(await core.bytes('flash.image', 3 * 128))
      if (i > 2) await core.call('queue.remove', i - 2)
      images.push(await core.bytes('flash.image', 3 * 128))
    }
    const manifest = await signFirmware(
      {
        sequence: 2,
        firmware: '1.1.0',
        target: `0x${'07'.repeat(32)}`,
        size: 1000,
        digest: `0x${'08'.repeat(32)}`,
        issuedAt: 1764000000,
        expiresAt: 1764003600,
        precursor: 1,
      },
      new SecretKey('P-256', new Uint8Array(32).fill(4)).keyObject(),
    )
    // A second after the era's end, of stratum 2.
    const ntpReply = Buffer.alloc(48)
    ntpReply.set([0x24, 2])
    for (const at of [32, 40]) ntpReply.writeUInt32BE(1, at)
    const requests = vectors.exchanges.map(({ request }) => Buffer.from(request))
    return {
      json: [
        Buffer.from('{"a":["\\ud83d\\ude00",1.5e-7,true,null],"b":{}}'),
        Buffer.from('["\\n",[[]]]'),
        Buffer.from('"\\u00e9"'),
      ],
      base64url: [Buffer.from('Zm9vYmE')],
      jwk: [Buffer.from(jwk), Buffer.from(jwkX), await core.bytes('jwk', signing)],
      document: [await core.bytes('document', signing, agreement), await core.bytes('document', signing)],
      message: messages,
      jwt: [Buffer.from([...parts, signature.toString('base64url')].join('.')), Buffer.from(presentation)],
      time: [
        Buffer.from('2026-11-25T00:00:00.5+01:00'),
        Buffer.from('18446744073709551615'),
        Buffer.from(`0x${'aB'.repeat(32)}`),
      ],
      frame: requests.map((request) => Buffer.from(encodeFrame(request))),
      serial: requests,
      queue: images,
      reply: [
        { nonce: '1', status: 200, taskID: `0x${'aB'.repeat(32)}` },
        { nonce: '1', status: 409, code: 'NONCE_REUSED', message: 'Us\u00e9d.' },
      ].map((reply) => Buffer.from(JSON.stringify(reply))),
      firmware: [Buffer.from(manifest)],
      sntp: [Buffer.concat([Buffer.from([0x24, 2, 0, 0]), Buffer.alloc(44, 0xff)]), ntpReply],
      task: [Buffer.from('{"time":1764000000000,"a b":"c"}')],
    }
  } finally {
    await core.stop()
  }
}

/** Builds the fuzzer, once. */
export const buildFuzzer = (): string => buildProgram('fuzz/fuzz.c', 'clang', FLAGS)

/** What a run of libFuzzer came to: inputs tried, edges of the code reached, inputs kept since each reached something new. */
export interface FuzzResult {
  runs: number
  edges: number
  kept: number
}

/** Runs one parser with libFuzzer's `options`. Rejects with {@link FuzzFindingError}, which has the input. */
export async function fuzz(target: string, seeds: Uint8Array[], options: string[]): Promise<FuzzResult> {
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-fuzz-'))
  try {
    const corpus = join(directory, 'corpus')
    await mkdir(corpus)
    await Promise.all(seeds.map((seed, i) => writeFile(join(corpus, String(i)), seed)))
    const child = spawn(buildFuzzer(), [...options, '-print_final_stats=1', corpus], {
      cwd: directory,
      env: { ...process.env, IOC_FUZZ: target },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000)
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    const done = /#(\d+)\s+DONE\s+cov: (\d+) .*corp: (\d+)/.exec(output)
    if (code !== 0 || !done) throw new FuzzFindingError(target, output)
    return { runs: Number(done[1]), edges: Number(done[2]), kept: Number(done[3]) }
  } finally {
    await rm(directory, { recursive: true })
  }
}
