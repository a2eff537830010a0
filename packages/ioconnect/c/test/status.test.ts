/** Every error has a stable number, a name and a one-line cause. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends, Core } from './harness.ts'
import { STATUSES } from './statuses.ts'

describe.each(backends('errors of the C core', { chips: false }))('errors with %s', (backend) => {
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  test('are numbered without a gap, and no two have a name or a cause in common', () => {
    expect(STATUSES.map(({ value }) => value)).toEqual(STATUSES.map((_, i) => -1 - i))
    for (const part of ['name', 'cause'] as const)
      expect(new Set(STATUSES.map((status) => status[part])).size).toBe(STATUSES.length)
  })

  test.each(STATUSES)('$name: $cause', async ({ name, value, cause }) => {
    expect((await core.call('status', value)).map(String)).toEqual([name, cause])
    expect(cause).toMatch(/^[^\n]{10,100}$/)
  })

  test('what is none is named too', async () => {
    expect((await core.call('status', 0)).map(String)).toEqual(['IOC_OK', expect.any(String)])
    for (const value of [1, -1 - STATUSES.length, 12345]) {
      const [name, cause] = (await core.call('status', value)).map(String)
      expect(name).not.toBe('')
      expect(cause).not.toBe('')
    }
  })
})
