import { expect, test } from 'vitest'
import { textProblems } from './text.ts'

// Put together here, so that this file passes the check that it tests.
const path = (...parts: string[]): string => `/${parts.join('/')}/`

test.each([
  ['a home directory', `see ${path('home', 'someone')}notes`, 'names a path of one machine'],
  ["the superuser's home", `HOME=${path('root')}.cache`, 'names a path of one machine'],
  ['a build directory', `"${path('work')}main"`, 'names a path of one machine'],
  ["a registry's host", ['registry', 'example', 'com'].join('.'), "names a registry's host"],
  ['a private registry', `https://npm-${'registry'}.corp:4873/pkg`, "names a registry's host"],
  ["a lock file's address", ['tarball:', 'https://example.com/a.tgz'].join(' '), "names a registry's host"],
  ['a merge', `a\n${'<'.repeat(7)} HEAD\nb`, 'has the marks of a merge'],
])('refuses %s', (_, text, problem) => {
  expect(textProblems('a.md', text)).toEqual([expect.stringContaining(problem)])
})

test.each([
  ['an address of a page', 'https://example.com/work/1'],
  ['a directory of the tree', 'packages/work/main, ./home/a/b'],
  ['a member of a registry', 'registry.fresh.add(device)'],
  ['a binary file', `\0${path('root')}`],
])('accepts %s', (_, text) => {
  expect(textProblems('a.ts', text)).toEqual([])
})

test.each(['NOTE-to-merge.md', 'docs/todo_list.txt', 'src/app.ts.orig', 'src/app.ts~'])('refuses %s', (file) => {
  expect(textProblems(file, '')).toEqual([`${file} is a leftover: remove it.`])
})

test('says on which line', () => {
  expect(textProblems('a.md', `1\n2\n${path('root')}`)[0]).toMatch(/^a\.md:3 /)
})
