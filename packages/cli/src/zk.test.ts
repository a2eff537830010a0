import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runnerIn } from '../test/run.ts'
import { snarkjs } from '../test/snarkjs.ts'

const BEACON = '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20'
/** Proves knowledge of two factors; `tag` is public and in no constraint. */
const CIRCUIT = `pragma circom 2.1.0;
include "multiplier.circom";
template Factors() {
    signal input a, b, tag;
    signal output product;
    component multiplier = Multiplier();
    multiplier.a <== a;
    multiplier.b <== b;
    product <== multiplier.c;
    signal square <== product * product;
}
component main {public [tag]} = Factors();
`
const MULTIPLIER = `pragma circom 2.1.0;
template Multiplier() { signal input a, b; signal output c <== a * b; }
`
const directory = await mkdtemp(join(tmpdir(), 'iotex2-zk-'))
const path = (name: string) => join(directory, name)
const run = runnerIn(directory)

/** Runs a command that must succeed. Returns the JSON that it prints. */
async function ran(command: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run([...command.split(' '), '--json'])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

beforeAll(async () => {
  await mkdir(path('library'))
  await writeFile(path('factors.circom'), CIRCUIT)
  await writeFile(path('library/multiplier.circom'), MULTIPLIER)
  await writeFile(path('input.json'), JSON.stringify({ a: 3, b: '0x5', tag: '7' }))
  await ran('zk compile factors.circom --include library')
  await snarkjs(directory, 'powersoftau', 'new', 'bn128', '4', 'new.ptau')
  await snarkjs(directory, 'powersoftau', 'contribute', 'new.ptau', 'one.ptau', '-n=one', '-e=entropy')
  await snarkjs(directory, 'powersoftau', 'beacon', 'one.ptau', 'last.ptau', BEACON, '10', '-n=last')
  await snarkjs(directory, 'powersoftau', 'prepare', 'phase2', 'last.ptau', 'final.ptau')
})
afterAll(() => rm(directory, { recursive: true }))

describe('compile', () => {
  test('writes constraints and witness program, and nothing else', async () => {
    const made = await ran('zk compile factors.circom --include library --out compiled --optimize O1')
    expect(made).toMatchObject({ constraints: 2, publicSignals: 2, r1cs: path('compiled/factors.r1cs') })
    expect((await readdir(path('compiled'))).sort()).toEqual(['factors.r1cs', 'factors.wasm'])
  })

  test("a circuit that circom refuses is circom's first error, and leaves nothing", async () => {
    await writeFile(path('broken.circom'), CIRCUIT.replace('product * product', 'unknown'))
    const { code, stdout, stderr } = await run([
      'zk',
      'compile',
      'broken.circom',
      '--include',
      'library',
      '--out',
      'bad',
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n').at(-2)).toMatch(/^CIRCUIT_REFUSED: .*broken\.circom: error\[.*\(line 10\)$/)
    expect(await readdir(path('bad'))).toEqual([])
  })

  test.each([
    ['a file that is missing', 'zk compile missing.circom', 'FILE_NOT_FOUND'],
    [
      'a directory to include that is missing',
      'zk compile factors.circom --out new --include missing',
      'FILE_NOT_FOUND',
    ],
    ['what is there already', 'zk compile factors.circom --include library', 'FILE_EXISTS'],
  ])('%s', async (_, command, code) => {
    const outcome = await run(command.split(' '))
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain(`${code}: `)
  })
})

describe('a ceremony', () => {
  let hashes: unknown[]

  test('a prepared file of powers tells what it serves', async () => {
    const facts = await ran('zk import-ptau final.ptau --r1cs factors.r1cs --verify')
    expect(facts).toMatchObject({ power: 4, contributions: 2, verified: true, circuits: [{ power: 3, fits: true }] })
    expect(await ran(`zk import-ptau final.ptau --hash ${facts.hash}`)).toMatchObject({ hash: facts.hash })
    const other = await run(['zk', 'import-ptau', 'final.ptau', '--hash', '0'.repeat(128)])
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('FILE_MALFORMED: ')
  })

  test("setup makes the very bytes of snarkjs's", async () => {
    await ran('zk setup factors.r1cs --ptau final.ptau --out start.zkey')
    await snarkjs(directory, 'groth16', 'setup', 'factors.r1cs', 'final.ptau', 'snarkjs.zkey')
    expect(Buffer.compare(await readFile(path('start.zkey')), await readFile(path('snarkjs.zkey')))).toBe(0)
  })

  test("contributions alternate with snarkjs's, and both sides accept the key", async () => {
    await writeFile(path('entropy'), 'typed by a person')
    const first = await ran('zk contribute start.zkey 1.zkey --name Ada --entropy-file entropy')
    await snarkjs(directory, 'zkey', 'contribute', '1.zkey', '2.zkey', '--name=Bob', '-e=entropy')
    const last = await ran(`zk beacon 2.zkey final.zkey --beacon 0x${BEACON} --name drand`)
    const { contributions } = await ran('zk verify-key final.zkey --r1cs factors.r1cs --ptau final.ptau')
    expect(contributions).toMatchObject([
      { kind: 'participant', name: 'Ada', hash: first.hash },
      { kind: 'participant', name: 'Bob' },
      { kind: 'beacon', name: 'drand', hash: last.hash, beacon: { value: `0x${BEACON}`, iterationsExponent: 10 } },
    ])
    hashes = (contributions as { hash: string }[]).map(({ hash }) => hash)

    const said = await snarkjs(directory, 'zkey', 'verify', 'factors.r1cs', 'final.ptau', 'final.zkey')
    expect(said).toContain('ZKey Ok!')
    const printed = said.replace(/\[INFO\]\s+snarkJS:|\s/g, '')
    for (const hash of hashes) expect(printed).toContain(String(hash).slice(2))
  })

  test('the same entropy gives another contribution: it is mixed with randomness', async () => {
    const again = await ran('zk contribute start.zkey again.zkey --name Ada --entropy-file entropy')
    expect(hashes).not.toContain(again.hash)
  })

  test('what a person types is asked unseen, and is in no output', async () => {
    const asked: string[] = []
    const askHidden = async (question: string) => {
      asked.push(question)
      return 'a secret sentence'
    }
    const { code, stdout, stderr } = await run(['zk', 'contribute', 'start.zkey', 'typed.zkey', '--name', 'Eve'], {
      terminal: { interactive: true, askHidden, confirm: async () => true },
    })
    expect(code).toBe(0)
    expect(asked).toHaveLength(1)
    expect(stdout + stderr).not.toContain('secret')
  })

  test('progress goes to stderr with the elapsed time', async () => {
    const { stdout, stderr } = await run('zk verify-key final.zkey --r1cs factors.r1cs --ptau final.ptau'.split(' '))
    expect(stdout.split('\n')[0]).toBe('final.zkey: valid for factors.r1cs, 3 contributions')
    expect(stderr).toMatch(/^ +\d+\.\d s {2}Verifying powers in tau\*G1 section$/m)
  })

  test.each([
    ['without a beacon', '2.zkey'],
    ['without contributions', 'start.zkey'],
    ['of another start', 'other.zkey'],
  ])('a key %s is refused', async (_, key) => {
    if (key === 'other.zkey') {
      const spoilt = await readFile(path('final.zkey'))
      const other = await readFile(path('again.zkey'))
      // delta of another contribution, in the header.
      other.copy(spoilt, spoilt.length - 1000, spoilt.length - 1000, spoilt.length - 900)
      await writeFile(path(key), spoilt)
    }
    const { code, stderr } = await run(['zk', 'verify-key', key, '--r1cs', 'factors.r1cs', '--ptau', 'final.ptau'])
    expect(code).toBe(1)
    expect(stderr).toContain('CEREMONY_INVALID: ')
  })
})

describe('proofs', () => {
  beforeAll(async () => {
    await ran(
      'zk prove input.json --wasm factors.wasm --zkey final.zkey --proof proof.json --public public.json --threads 1',
    )
    await ran('zk export-verifier final.zkey --vkey vkey.json')
  })

  test("ours satisfies snarkjs, by a verification key that is snarkjs's", async () => {
    expect(JSON.parse(await readFile(path('public.json'), 'utf8'))).toEqual(['15', '7'])
    await snarkjs(directory, 'zkey', 'export', 'verificationkey', 'final.zkey', 'snarkjs-vkey.json')
    const { vk_alphabeta_12: _, ...theirs } = JSON.parse(await readFile(path('snarkjs-vkey.json'), 'utf8'))
    expect(JSON.parse(await readFile(path('vkey.json'), 'utf8'))).toEqual(theirs)
    const said = await snarkjs(directory, 'groth16', 'verify', 'snarkjs-vkey.json', 'public.json', 'proof.json')
    expect(said).toContain('OK!')
  })

  test("snarkjs's satisfies us, by either file of the key", async () => {
    await snarkjs(
      directory,
      'groth16',
      'fullprove',
      'input.json',
      'factors.wasm',
      'final.zkey',
      'their.json',
      'their-public.json',
    )
    for (const key of ['snarkjs-vkey.json', 'final.zkey'])
      expect(await ran(`zk verify their.json --public their-public.json --key ${key}`)).toEqual({
        valid: true,
        development: false,
      })
  })

  test('a public signal that no constraint uses is bound', async () => {
    await writeFile(path('changed.json'), JSON.stringify(['15', '8']))
    const { code, stdout } = await run('zk verify proof.json --public changed.json --key vkey.json'.split(' '))
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'proof.json: INVALID\n' })
  })
})

test('a development key proves, says that it is insecure, and takes no contribution', async () => {
  const { code, stdout } = await run('zk setup factors.r1cs --development --out dev.zkey'.split(' '))
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('INSECURE') })
  await ran('zk prove input.json --wasm factors.wasm --zkey dev.zkey --proof dev-proof.json --public dev-public.json')
  expect(await ran('zk verify dev-proof.json --public dev-public.json --key dev.zkey')).toEqual({
    valid: true,
    development: true,
  })
  const contributing = await run('zk contribute dev.zkey dev-1.zkey --name Ada'.split(' '))
  expect(contributing).toMatchObject({ code: 1, stderr: expect.stringContaining('CEREMONY_INVALID: ') })
  const said = await snarkjs(
    directory,
    'groth16',
    'fullprove',
    'input.json',
    'factors.wasm',
    'dev.zkey',
    'x.json',
    'y.json',
  )
  expect(said).not.toContain('ERROR')
  expect(await ran('zk verify x.json --public y.json --key dev.zkey')).toMatchObject({ valid: true })
})

describe('wrong files', () => {
  beforeAll(async () => {
    await mkdir(path('other'))
    await writeFile(path('square.circom'), CIRCUIT.replaceAll('Factors', 'Square').replace('* product', '* tag'))
    await ran('zk compile square.circom --include library --out other')
    await ran('zk setup other/square.r1cs --development --out square.zkey')
    const zkey = await readFile(path('final.zkey'))
    await writeFile(path('cut.zkey'), zkey.subarray(0, zkey.length - 300))
    await writeFile(path('cut.r1cs'), (await readFile(path('factors.r1cs'))).subarray(0, 150))
    await writeFile(path('cut.ptau'), (await readFile(path('final.ptau'))).subarray(0, 5000))
    await writeFile(path('cut.wasm'), (await readFile(path('factors.wasm'))).subarray(0, 500))
    await writeFile(path('wrong-input.json'), JSON.stringify({ a: 3, b: 5 }))
    await writeFile(path('rounded.json'), '{"a": 12345678901234567890, "b": 5, "tag": 7}')
    await writeFile(path('no.json'), '{')
    await writeFile(
      path('large.circom'),
      CIRCUIT.replace(
        'signal square',
        'signal x[40]; x[0] <== a; for (var i = 1; i < 40; i++) x[i] <== x[i-1] * x[i-1]; signal square',
      ),
    )
    await ran('zk compile large.circom --include library --out other')
  })
  const prove = (input: string, wasm: string, zkey: string) =>
    `zk prove ${input} --wasm ${wasm} --zkey ${zkey} --proof new-proof.json --public new-public.json`

  test.each([
    ['CIRCUIT_FILE_INVALID', 'zk setup cut.r1cs --development --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk setup final.zkey --development --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk setup factors.r1cs --ptau cut.ptau --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk setup factors.r1cs --ptau last.ptau --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk setup factors.r1cs --ptau final.zkey --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk setup other/large.r1cs --ptau final.ptau --out new.zkey'],
    ['CIRCUIT_FILE_INVALID', 'zk import-ptau last.ptau'],
    ['CIRCUIT_FILE_INVALID', 'zk import-ptau cut.ptau'],
    ['CIRCUIT_FILE_INVALID', 'zk contribute cut.zkey new.zkey --name Ada'],
    ['CIRCUIT_FILE_INVALID', 'zk contribute factors.r1cs new.zkey --name Ada'],
    ['CIRCUIT_FILE_INVALID', 'zk beacon cut.zkey new.zkey --beacon 00'],
    ['CEREMONY_INVALID', 'zk verify-key final.zkey --r1cs other/square.r1cs --ptau final.ptau'],
    ['CIRCUIT_FILE_INVALID', 'zk verify-key cut.zkey --r1cs factors.r1cs --ptau final.ptau'],
    ['CIRCUIT_FILE_INVALID', 'zk verify-key final.zkey --r1cs factors.r1cs --ptau cut.ptau'],
    ['PROOF_INVALID', prove('input.json', 'other/square.wasm', 'final.zkey')],
    ['PROOF_INVALID', prove('input.json', 'factors.wasm', 'square.zkey')],
    ['CIRCUIT_FILE_INVALID', prove('input.json', 'cut.wasm', 'final.zkey')],
    ['CIRCUIT_FILE_INVALID', prove('input.json', 'factors.r1cs', 'final.zkey')],
    ['CIRCUIT_FILE_INVALID', prove('input.json', 'factors.wasm', 'cut.zkey')],
    ['WITNESS_INVALID', prove('wrong-input.json', 'factors.wasm', 'final.zkey')],
    ['WITNESS_INVALID', prove('rounded.json', 'factors.wasm', 'final.zkey')],
    ['WITNESS_INVALID', prove('no.json', 'factors.wasm', 'final.zkey')],
    ['WITNESS_INVALID', prove('public.json', 'factors.wasm', 'final.zkey')],
    ['SNARKJS_JSON_INVALID', 'zk verify public.json --public public.json --key vkey.json'],
    ['SNARKJS_JSON_INVALID', 'zk verify proof.json --public proof.json --key vkey.json'],
    ['SNARKJS_JSON_INVALID', 'zk verify proof.json --public public.json --key proof.json'],
    ['CIRCUIT_FILE_INVALID', 'zk verify proof.json --public public.json --key factors.r1cs'],
    ['CIRCUIT_FILE_INVALID', 'zk export-verifier factors.r1cs --vkey new.json'],
    ['FILE_EXISTS', 'zk setup factors.r1cs --development --out final.zkey'],
    ['FILE_EXISTS', 'zk contribute start.zkey final.zkey --name Ada'],
    ['FILE_UNUSABLE', 'zk setup library --development --out new.zkey'],
    ['FILE_NOT_FOUND', 'zk setup factors.r1cs --development --out missing/new.zkey'],
  ])('%s: iotex2 %s', async (expected, command) => {
    const { code, stdout, stderr } = await run(command.split(' '))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n').at(-2)).toMatch(new RegExp(`^${expected}: .+\\.$`))
  })

  test('nothing was written by a command that failed', async () => {
    expect((await readdir(directory)).filter((name) => /^new[-.]|draft/.test(name))).toEqual(['new.ptau'])
  })
})
