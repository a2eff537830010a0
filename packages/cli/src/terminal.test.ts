import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createTerminal } from './terminal.ts'

/** A terminal whose keys a test presses, and what it shows. */
function terminal({ isTTY }: { isTTY: boolean }) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  Object.assign(input, { isTTY })
  Object.assign(output, { isTTY })
  let shown = ''
  output.on('data', (chunk: Buffer) => {
    shown += chunk
  })
  const made = createTerminal({ input: input as never, output: output as never })
  return { ...made, press: (keys: string) => input.write(keys), close: () => input.end(), shown: () => shown }
}

test('what is typed at a hidden question is returned and not shown', async () => {
  const { askHidden, press, shown } = terminal({ isTTY: true })
  const answer = askHidden('Password: ')
  press('secret\r')
  expect(await answer).toBe('secret')
  expect(shown()).toContain('Password: ')
  expect(shown()).not.toMatch(/s.*e.*c.*r.*e.*t/)
})

test.each([
  ['y', true],
  ['Yes', true],
  ['', false],
  ['n', false],
  ['yess', false],
])('%j confirms: %s', async (typed, expected) => {
  const { confirm, press } = terminal({ isTTY: true })
  const answer = confirm('Send it?')
  press(`${typed}\r`)
  expect(await answer).toBe(expected)
})

test.each([
  ['the input ends', ({ close }: ReturnType<typeof terminal>) => close()],
  ['Ctrl-C is pressed', ({ press }: ReturnType<typeof terminal>) => press('\x03')],
])('a question fails where %s', async (_, end) => {
  const own = terminal({ isTTY: true })
  const answer = own.confirm('Send it?')
  end(own)
  await expect(answer).rejects.toMatchObject({ code: 'TERMINAL_MISSING' })
})

test('nobody is asked where there is no terminal', async () => {
  const { interactive, confirm, askHidden } = terminal({ isTTY: false })
  expect(interactive).toBe(false)
  await expect(confirm('Send it?')).rejects.toMatchObject({ code: 'TERMINAL_MISSING' })
  await expect(askHidden('Password: ')).rejects.toMatchObject({ code: 'TERMINAL_MISSING' })
})
