/**
 * How much of the core the tests of this folder reach: they run once more on this computer, against a harness that counts
 * the branches taken (gcov). Whatever is in src/ counts, and whatever tests are here.
 */
import { execFile, execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATUSES } from './statuses.ts'
import { CORE, runs, skipReason, WARNINGS } from './toolchain.ts'

const ROOT = resolve(CORE, '../../..')
const AT_LEAST_PERCENT = 95
/** Those that run on one backend after the other, of which this computer is one. */
const TESTS = globSync('test/*.test.ts', { cwd: CORE }).filter((path) =>
  /^describe\.each\(.* with %s'/m.test(readFileSync(join(CORE, path), 'utf8')),
)

interface GcovFile {
  file: string
  lines: { line_number: number; branches: { count: number }[] }[]
}

interface Coverage {
  branches: number
  taken: number
  /** Of each file of src/ its percentage. */
  files: Map<string, number>
  /** Where a branch is never taken. */
  missed: string[]
}

function readCoverage(directory: string): Coverage {
  const args = ['--json-format', '--stdout', '--branch-probabilities', ...globSync(join(directory, '*.gcda'))]
  const reports = execFileSync('gcov', args, { cwd: CORE, encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe' })
  const coverage: Coverage = { branches: 0, taken: 0, files: new Map(), missed: [] }
  for (const report of reports.trim().split('\n'))
    for (const { file, lines } of (JSON.parse(report) as { files: GcovFile[] }).files) {
      const path = relative(CORE, resolve(CORE, file))
      if (!/^src\/.*\.c$/.test(path)) continue
      const branches = lines.flatMap((line) => line.branches)
      const taken = branches.filter(({ count }) => count > 0).length
      coverage.branches += branches.length
      coverage.taken += taken
      coverage.files.set(path, branches.length === 0 ? 100 : (100 * taken) / branches.length)
      for (const line of lines) {
        const never = line.branches.filter(({ count }) => count === 0).length
        if (never > 0) coverage.missed.push(`${path}:${line.line_number}: ${never} of ${line.branches.length} branches`)
      }
    }
  return coverage
}

const reason = skipReason('coverage of the C core') ?? (runs('gcov', ['--version']) ? undefined : 'no gcov')

describe.skipIf(reason)('the tests of the core', () => {
  let directory: string
  let answered: Set<string>
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'iotex2-coverage-'))
    const program = join(directory, 'harness')
    const flags = ['--coverage', '-O0', '-DIOC_COVERAGE', '-include', 'test/faults.h', '-I.', '-Iinclude']
    const sources = [...globSync('src/*.c', { cwd: CORE }), 'test/harness.c']
    execFileSync('gcc', [...WARNINGS, ...flags, ...sources, '-lmbedcrypto', '-o', program], { cwd: CORE })
    const tests = TESTS.map((path) => relative(ROOT, join(CORE, path)))
    await promisify(execFile)(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
      cwd: ROOT,
      env: { ...process.env, IOC_COUNTED_HARNESS: program },
      maxBuffer: 1 << 26,
    })
    answered = new Set(readFileSync(`${program}.statuses`, 'utf8').trim().split('\n'))
  }, 180_000)
  afterAll(() => rmSync(directory, { recursive: true }))

  test(`take at least ${AT_LEAST_PERCENT} % of its branches`, () => {
    const { branches, taken, files, missed } = readCoverage(directory)
    const percent = (100 * taken) / branches
    process.stdout.write(`branches of the C core: ${taken} of ${branches}, ${percent.toFixed(1)} %\n`)
    expect([...files.keys()].toSorted()).toEqual(globSync('src/*.c', { cwd: CORE }).toSorted())
    expect(percent, `never taken:\n${missed.join('\n')}`).toBeGreaterThanOrEqual(AT_LEAST_PERCENT)
  })

  test('meet every error of the core', () => {
    expect([...answered].toSorted()).toEqual(STATUSES.map(({ name }) => name).toSorted())
  })
})
