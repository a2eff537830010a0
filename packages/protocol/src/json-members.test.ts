import { expect, test } from 'vitest'
import { compactJson, escapeAsGo, jsonMembers } from './json-members.ts'
import { Seeded } from './seeded.fixture.ts'

test.each([
  ['{}', []],
  [' { } ', []],
  ['{"a":1}', [['a', '1']]],
  [
    '{ "a" : [1, {"b": 2}] , "c":"}\\",{" }',
    [
      ['a', '[1, {"b": 2}]'],
      ['c', '"}\\",{"'],
    ],
  ],
  ['{"a":1,"a":2}', [['a', '2']]],
  ['{"\\u0061":1e2}', [['a', '1e2']]],
  [
    '{"a":{"signature":"x"},"signature":"y"}',
    [
      ['a', '{"signature":"x"}'],
      ['signature', '"y"'],
    ],
  ],
] as [string, [string, string][]][])('members of %s', (text, members) => {
  expect([...jsonMembers(text)]).toEqual(members)
})

test('members of any object are what JSON.parse says, in the text that was written', () => {
  const random = new Seeded(1)
  for (let i = 0; i < 500; i++) {
    const object = random.object()
    const text = random.print(object)
    const members = jsonMembers(text)
    expect([...members.keys()]).toEqual(Object.keys(object))
    for (const [key, raw] of members) {
      expect(JSON.parse(raw)).toEqual(object[key])
      expect(text).toContain(raw)
    }
  }
})

test('compact JSON is what Go prints: no whitespace outside strings, and <, > and & escaped', () => {
  const random = new Seeded(2)
  for (let i = 0; i < 500; i++) {
    const object = random.object()
    expect(compactJson(random.print(object))).toBe(escapeAsGo(JSON.stringify(object)))
  }
  expect(compactJson('{ "a<b" : "x & y" }')).toBe('{"a\\u003cb":"x \\u0026 y"}')
  expect(compactJson('{"line\u2028":1.50}')).toBe('{"line\\u2028":1.50}')
})

test('compacting twice changes nothing', () => {
  const random = new Seeded(3)
  for (let i = 0; i < 200; i++) {
    const once = compactJson(random.print(random.json()))
    expect(compactJson(once)).toBe(once)
  }
})
