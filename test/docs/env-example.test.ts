/**
 * .env.example names what the services read: no variable more, none less, and the same defaults.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')

interface Section {
  file: string
  /** Values by name; empty where there is no default. */
  variables: Record<string, string>
  /** Names whose line before is no comment of theirs. */
  uncommented: string[]
}

const sections: Section[] = read('.env.example')
  .split(/^# ---- /m)
  .slice(1)
  .map((text) => {
    const lines = text.split('\n')
    const variables: Record<string, string> = {}
    const uncommented: string[] = []
    for (const [i, line] of lines.entries()) {
      const match = /^# ([A-Z][A-Z0-9_]+)=(.*)$/.exec(line)
      if (!match) continue
      variables[match[1]!] = match[2]!
      if (!/^# (?![A-Z][A-Z0-9_]+=)/.test(lines[i - 1]!)) uncommented.push(match[1]!)
    }
    return { file: lines[0]!.split(': ')[1]!, variables, uncommented }
  })

/** Variables of a service's `Config` schema, with their defaults; of a file without one, what it reads. */
function variablesOf(file: string): Record<string, string> {
  const text = read(file)
  if (file === 'hardhat.config.ts')
    return {
      ...Object.fromEntries([...text.matchAll(/configVariable\('([A-Z_]+)'\)/g)].map(([, name]) => [name!, ''])),
      ...Object.fromEntries(
        [...text.matchAll(/process\.env\.([A-Z_]+) \?\? '([^']*)'/g)].map(([, name, value]) => [name!, value!]),
      ),
    }
  const schema = /const Config = Type\.Object\(\{\n([\s\S]*?)\n\}\)/.exec(text)?.[1]
  if (schema === undefined)
    return Object.fromEntries([...text.matchAll(/process\.env\.([A-Z_]+)/g)].map(([, name]) => [name!, '']))
  return Object.fromEntries(
    [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*): (.*)$/gm)].map(([, name, type]) => [
      name!,
      (/default: '?([^',}]+?)'?(?:,| \})/.exec(type!)?.[1] ?? '').replaceAll('_', ''),
    ]),
  )
}

/** Every entry that reads the environment. */
const readers = [
  'hardhat.config.ts',
  ...globSync('packages/*/src/server.ts', { cwd: ROOT }).filter((file) => read(file).includes('process.env')),
].sort()

test('there is a section for everything that reads the environment', () => {
  expect(sections.map(({ file }) => file).sort()).toEqual(readers)
})

test.each(readers)('%s: the section has each of its variables, with its default', (file) => {
  const expected = variablesOf(file)
  expect(Object.keys(expected).length).toBeGreaterThan(1)
  expect(sections.find((section) => section.file === file)?.variables).toEqual(expected)
})

test('each variable has a comment on the line before it', () => {
  expect(sections.flatMap(({ uncommented }) => uncommented)).toEqual([])
})

test('the demo reads what the devnet reads', () => {
  const names = (file: string) => [...read(file).matchAll(/process\.env\.(\w+)/g)].map(([, name]) => name)
  expect(names('packages/devnet/src/demo.ts')).toEqual(names('packages/devnet/src/server.ts'))
})

test('a service reads its environment through its schema only', () => {
  for (const file of readers)
    if (read(file).includes('const Config = '))
      expect(read(file).match(/process\.env\b(?!\))/g), `${file} reads a variable past its schema`).toBeNull()
})
