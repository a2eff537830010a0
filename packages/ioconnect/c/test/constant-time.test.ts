/**
 * That circuit keys and Keccak-256 branch on no secret, and address nothing by one, as gcc compiled them: valgrind takes
 * secrets for memory that was never written, and reports what depends on it. And the curve's formulas, by EIP-2494's vectors.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FIELD_MODULUS as P } from '@iotex2/protocol/field'
import { keccak256 } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { bytesOf, isSigned, numbersOf, ORDER, Point, pointOf } from './jubjub.ts'
import { CORE, runs, skipReason, WARNINGS } from './toolchain.ts'

const SEED = 20_261_126
/** What valgrind ends with where it reports something. */
const REPORTED = 9

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'iotex2-constant-time-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Returns the path of constant-time.c, which has circuit_key.c in it, and the core. */
function build(name: string, flags: readonly string[]): string {
  const program = join(directory, name)
  const sources = globSync('src/*.c', { cwd: CORE }).filter((path) => !path.endsWith('circuit_key.c'))
  const args = [...WARNINGS, ...flags, '-I.', '-Iinclude', ...sources, 'test/constant-time.c', '-lmbedcrypto']
  execFileSync('gcc', [...args, '-o', program], { cwd: CORE, stdio: ['ignore', 'inherit', 'inherit'] })
  return program
}

function reasonToSkip(): string | undefined {
  const missing = skipReason('constant time of the C core')
  if (missing !== undefined) return missing
  const program = '#include <valgrind/memcheck.h>\n'
  const header = spawnSync('gcc', ['-fsyntax-only', '-xc', '-'], { input: program }).status === 0
  if (header && runs('valgrind', ['--version'])) return undefined
  const reason = 'valgrind is not installed (apt-get install valgrind)'
  process.stderr.write(`skipped: constant time of the C core: ${reason}\n`)
  return reason
}

const reason = reasonToSkip()

// What an optimiser makes of a selection differs: a chip's flags, and those of a platform in a hurry.
describe.skipIf(reason).each(['-Os', '-O2', '-O3'])('compiled with %s', (optimise) => {
  let program: string
  beforeAll(() => {
    program = build(`secrets${optimise}`, ['-g', optimise])
  }, 60_000)

  const run = (what: string) => {
    const args = ['-q', `--error-exitcode=${REPORTED}`, program, what]
    const { status, stdout, stderr } = spawnSync('valgrind', args, { encoding: 'utf8' })
    return { status, output: Buffer.from(stdout.trim(), 'hex'), report: stderr }
  }

  test.each([
    ['branch', 'Conditional jump or move depends on uninitialised value'],
    ['address', 'Use of uninitialised value'],
  ])('valgrind reports a secret %s', (what, report) => {
    const found = run(what)
    expect(found.status, found.report).toBe(REPORTED)
    expect(found.report).toContain(report)
  })

  test('Keccak-256 depends on nothing that it hashes', () => {
    const { status, output, report } = run('keccak256')
    expect(status, report).toBe(0)
    expect(`0x${output.toString('hex')}`).toBe(keccak256(Buffer.concat([Buffer.of(1), Buffer.alloc(299)])))
  })

  test('a circuit key is opened, signs and is proven without a branch or an address of its secrets', () => {
    const [opened, signed, proven] = ['open', 'sign', 'prove'].map(run)
    for (const { status, report } of [opened!, signed!, proven!]) expect(status, report).toBe(0)
    // It was the real thing that valgrind saw.
    const key = numbersOf(opened!.output)
    const message = 1n << 240n
    expect(isSigned(key, message, numbersOf(signed!.output))).toBe(true)
    expect(numbersOf(proven!.output).slice(0, 2)).toEqual(key)
  })
})

// EIP-2494, "Test vectors".
const P1 = [
  17777552123799933955779906779655732241715742912184938656739573121738514868268n,
  2626589144620713026669568689430873010625803728049924121243784502389097019475n,
]
const P2 = [
  16540640123574156134436876038791482806971768689494387082833631921987005038935n,
  20819045374670962167435360035096875258406992893633759881276124905556507972311n,
]
const SUM = [
  7916061937171219682591368294088513039687205273691143098332585753343424131937n,
  14035240266687799601661095864649209771790948434046947201833777492504781204499n,
]
const DOUBLE = [
  6890855772600357754907169075114257697580319025794532037257385534741338397365n,
  4338620300185947561074059802482547481416142213883829469920100239455078257889n,
]
const GENERATOR = [
  995203441582195749578291179787384436505546430278305826713579947235728471134n,
  5472060717959818805561601436314318772137091100104008585924551046643952123905n,
]
const IDENTITY = [0n, 1n]
const BASE8 = [Point.BASE.x, Point.BASE.y]

describe.skipIf(reason)('the curve’s formulas', () => {
  let program: string
  beforeAll(() => {
    program = build('formulas', ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])
  }, 60_000)

  const compute = (operation: string, ...numbers: readonly bigint[]) =>
    numbersOf(
      Buffer.from(
        execFileSync(program, [operation, ...numbers.map((number) => bytesOf(number).toString('hex'))], {
          encoding: 'utf8',
          env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' },
        }).trim(),
        'hex',
      ),
    )
  const add = (one: readonly bigint[], other: readonly bigint[]) => compute('add', ...one, ...other)
  const double = (point: readonly bigint[]) => compute('double', ...point)

  test('are EIP-2494’s, for equal points and the identity too', () => {
    expect(add(P1, P2)).toEqual(SUM)
    expect(add(P1, P1)).toEqual(DOUBLE)
    expect(double(P1)).toEqual(DOUBLE)
    expect(double(IDENTITY)).toEqual(IDENTITY)
    expect(add(IDENTITY, P1)).toEqual(P1)
    expect(add(P1, [P - P1[0]!, P1[1]!])).toEqual(IDENTITY)
    expect(double(double(double(GENERATOR)))).toEqual(BASE8)
  })

  test(`are @noble/curves’ for multiples of the base (seed ${SEED})`, () => {
    const random = new Seeded(SEED)
    const multiple = () => {
      const { x, y } = Point.BASE.multiply((BigInt(`0x${random.bytes(32).toString('hex')}`) % (ORDER - 1n)) + 1n)
      return [x, y]
    }
    for (let i = 0; i < 10; i++) {
      const [one, other] = [multiple(), multiple()]
      const { x, y } = pointOf(one).add(pointOf(other))
      expect(add(one, other)).toEqual([x, y])
    }
  })
})
