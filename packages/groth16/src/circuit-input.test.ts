import { expect, test } from 'vitest'
import { parseCircuitInput } from './circuit-input.ts'

test('reads numbers, strings and nested arrays', () => {
  const text =
    '{"a": 1, "b": "-2", "c": ["0x10", [3, "21888242871839275222246405745257275088548364400416034343698204186575808495616"]]}'
  expect(parseCircuitInput(text)).toEqual({
    a: 1n,
    b: -2n,
    c: [16n, [3n, 21888242871839275222246405745257275088548364400416034343698204186575808495616n]],
  })
})

test.each([
  '',
  '[]',
  'null',
  '"a"',
  '{"a": 1.5}',
  '{"a": 9007199254740993}',
  '{"a": "x"}',
  '{"a": ""}',
  '{"a": null}',
  '{"a": {"b": 1}}',
])('%s is refused', (text) => {
  expect(() => parseCircuitInput(text)).toThrow(expect.objectContaining({ code: 'WITNESS_INVALID' }))
})
