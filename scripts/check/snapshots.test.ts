import { expect, test } from 'vitest'
import { compareSnapshots } from './snapshots.ts'

const REMEDY = 'run pnpm snap and say why in the commit.'
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const compare = (before: unknown, after: unknown): string[] =>
  compareSnapshots(new Map([['a.json', json(before)]]), new Map([['a.json', json(after)]]))

test('equal snapshots have no problem', () => {
  expect(compare({ settle: '1' }, { settle: '1' })).toEqual([])
})

test.each([
  ['a change', { settle: '1', assign: '2' }, { settle: '3', assign: '2' }, 'now "settle": "3"'],
  ['more changes', { settle: '1', assign: '2' }, { settle: '3', assign: '4' }, 'now "settle": "3" and 1 more'],
  ['a new figure', { settle: '1' }, { settle: '1', assign: '2' }, 'now "assign": "2"'],
  ['a figure that is gone', { assign: '2', settle: '1' }, { settle: '1' }, 'no longer "assign": "2"'],
  ['another order', ['a', 'b', 'c'], ['b', 'a', 'c'], 'in another order'],
])('names %s', (_, before, after, change) => {
  expect(compare(before, after)).toEqual([`a.json is stale (${change}): ${REMEDY}`])
})

test('a missing file and one too many are problems', () => {
  expect(compareSnapshots(new Map(), new Map([['a.json', '']]))).toEqual([`a.json is missing: ${REMEDY}`])
  expect(compareSnapshots(new Map([['a.json', '']]), new Map())).toEqual(['a.json is measured no more: remove it.'])
})
