import { describe, expect, test } from 'vitest'
import { runnerIn } from '../test/run.ts'
import type { Group } from './command.ts'
import { factsOf } from './command.ts'
import { COMMANDS } from './commands/index.ts'

const run = runnerIn('/nowhere')

/** Every path of words, with its command where it names one. */
function* paths(group: Group, path: string[] = []): Generator<string[]> {
  yield path
  for (const [name, member] of Object.entries(group.members))
    if (typeof member === 'function') yield [...path, name]
    else yield* paths(member, [...path, name])
}
const everyPath = [...paths(COMMANDS)]

test.each(everyPath)('help of iotex2 %s %s %s', async (...words) => {
  const path = words.filter((word) => word !== undefined)
  const { code, stdout, stderr } = await run([...path, '--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^Usage: ${['iotex2', ...path].join(' ')}[ \\n]`, 'm'))
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
})

test('every option of every command has a description that ends, and a placeholder where it takes a value', async () => {
  for (const path of everyPath) {
    const member = path.reduce<Group['members'][string]>((at, word) => (at as Group).members[word]!, COMMANDS)
    if (typeof member !== 'function') continue
    for (const [key, schema] of Object.entries((await member()).options.properties)) {
      const { description, placeholder, type } = factsOf(schema)
      expect(description, `${path.join(' ')} ${key}`).toMatch(/^[A-Z].*\.$/)
      if (type !== 'boolean') expect(placeholder, `${path.join(' ')} ${key}`).toMatch(/\S/)
    }
  }
})

describe('words that make no command end with 2, and one line that has a code and where to read on', () => {
  test.each([
    [[], 'COMMAND_MISSING', 'iotex2 --help'],
    [['zk'], 'COMMAND_MISSING', 'export-verifier'],
    [['zkk'], 'COMMAND_UNKNOWN', 'did you mean zk?'],
    [['constructor'], 'COMMAND_UNKNOWN', 'choose one of'],
    [['zk', 'setp'], 'COMMAND_UNKNOWN', 'did you mean setup?'],
    [['--version'], 'OPTION_UNKNOWN', '--version'],
    [['zk', 'setup', 'a.r1cs', '--otu', 'b'], 'OPTION_UNKNOWN', 'did you mean --out?'],
    [['zk', 'setup'], 'OPTION_MISSING', 'R1CS'],
    [['zk', 'setup', 'a.r1cs'], 'OPTION_MISSING', '--out FILE'],
    [['zk', 'setup', 'a.r1cs', '--out', 'b'], 'OPTION_MISSING', '--development'],
    [['zk', 'setup', 'a.r1cs', '--out'], 'OPTION_INVALID', '--out FILE'],
    [['zk', 'setup', 'a.r1cs', '--out', '--development'], 'OPTION_INVALID', '--out FILE'],
    [['zk', 'setup', 'a.r1cs', '--out='], 'OPTION_INVALID', '--out FILE'],
    [['zk', 'setup', 'a', '--out', 'b', '--out', 'c'], 'OPTION_INVALID', 'twice'],
    [['zk', 'setup', 'a', '--development=yes'], 'OPTION_INVALID', 'no value'],
    [['zk', 'setup', 'a', 'b', '--out', 'c'], 'OPERAND_UNEXPECTED', '"b"'],
    [['zk', 'compile', 'a', '--optimize', 'O3'], 'OPTION_INVALID', '"O3"'],
    [['zk', 'beacon', 'a', 'b', '--beacon', 'xyz'], 'OPTION_INVALID', '"xyz"'],
    [['zk', 'beacon', 'a', 'b', '--beacon', '00', '--iterations-exponent', '9'], 'OPTION_INVALID', '"9"'],
    [['zk', 'beacon', 'a', 'b', '--beacon', '00', '--iterations-exponent', 'ten'], 'OPTION_INVALID', '"ten"'],
  ])('%j', async (words, code, hint) => {
    const outcome = await run(words)
    expect(outcome.code).toBe(2)
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toMatch(new RegExp(`^${code}: .*\\(iotex2.* --help\\)\n$`))
    expect(outcome.stderr).toContain(hint)
  })
})

test('words after -- are no options', async () => {
  const { code, stderr } = await run(['zk', 'setup', '--out', 'b', '--development', '--', '--help'])
  expect(code).toBe(1)
  expect(stderr).toBe('FILE_NOT_FOUND: /nowhere/--help does not exist.\n')
})

test('a fault is one line too', async () => {
  const { code, stderr } = await run(['zk', 'setup', 'a', '--out', 'b', '--development'], {
    resolve: () => {
      throw new TypeError('cannot\nat line 1')
    },
  })
  expect(code).toBe(1)
  expect(stderr).toBe('INTERNAL: cannot. This is a fault of iotex2.\n')
})
