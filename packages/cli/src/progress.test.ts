import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

/** A clock that a test sets, and what was written. */
function progress(columns?: number) {
  const state = { now: 0, written: '' }
  const made = createProgress({
    write: (text) => {
      state.written += text
    },
    now: () => state.now,
    columns,
  })
  return { state, ...made }
}

test('in a log each step is a line with the elapsed time, and a long one another line every five seconds', () => {
  const { state, report, end } = progress()
  report('compiling')
  for (state.now = 100; state.now <= 11_000; state.now += 100) report('proving', state.now / 20_000)
  end()
  expect(state.written.split('\n')).toEqual([
    '   0.0 s  compiling',
    '   0.1 s  proving 0 %',
    '   5.1 s  proving 25 %',
    '  10.1 s  proving 50 %',
    '',
  ])
})

test('on a terminal one line is drawn again, no wider than the terminal, and ended before anything else is said', () => {
  const { state, report, say, end } = progress(20)
  report('a step with a long name')
  state.now = 50
  report('a step with a long name', 0.2)
  state.now = 150
  report('a step with a long name', 0.4)
  say('said')
  end()
  expect(state.written).toBe('\r\x1b[K   0.0 s  a step wi\r\x1b[K   0.1 s  a step wi\nsaid\n')
})
