/** The queue on flash: its order, its numbers, and power cut after every byte it programs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core } from './harness.ts'

const SEED = 20_261_125
/** Enough for the log to come around. */
const STEPS = 26

describe.each(backends('the queue of the C core', { chips: false }))('queue with %s', (backend) => {
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  const next = async () => Number(await core.text('queue.next'))
  const oldest = async () => {
    const [sequence, message] = await core.call('queue.oldest')
    return { sequence: Number(sequence), message: message!.toString() }
  }
  /** All that waits, in order; leaves the queue empty. */
  const drain = async () => {
    const waiting: { sequence: number; message: string }[] = []
    while ((await core.status('queue.oldest')) === 'IOC_OK') {
      const head = await oldest()
      waiting.push(head)
      await core.call('queue.remove', head.sequence)
    }
    return waiting
  }

  test('first in, first out, across sectors, with numbers that never repeat', async () => {
    await core.call('flash', 3, 256, 4)
    await core.call('queue.open', 1000)
    expect(await core.status('queue.oldest')).toBe('IOC_ERR_QUEUE_EMPTY')
    for (let i = 0; i < 200; i++) {
      expect(await next()).toBe(1000 + i)
      expect(await core.status('queue.append', `message ${i}`)).toBe('IOC_OK')
      if (i % 7 === 6) await core.call('queue.open', 1)
      if (i >= 2) {
        const { sequence, message } = await oldest()
        expect({ sequence, message }).toEqual({ sequence: 998 + i, message: `message ${i - 2}` })
        await core.call('queue.remove', sequence)
      }
    }
    await core.call('queue.open', 1)
    expect(await drain()).toHaveLength(2)
    await core.call('queue.open', 1)
    expect(await drain()).toEqual([])
    expect(await next()).toBe(1200)
  })

  test('only the oldest leaves, and only by its number', async () => {
    await core.call('flash', 2, 256, 1)
    await core.call('queue.open', 1)
    for (const message of ['a', 'b']) await core.call('queue.append', message)
    for (const sequence of [0, 2, 3]) await core.call('queue.remove', sequence)
    expect(await oldest()).toEqual({ sequence: 1, message: 'a' })
    await core.call('queue.remove', 1)
    await core.call('queue.remove', 1)
    expect(await oldest()).toEqual({ sequence: 2, message: 'b' })
  })

  test('full is full until a message leaves, and nothing is lost by it', async () => {
    await core.call('flash', 3, 128, 16)
    await core.call('queue.open', 1)
    let count = 0
    while ((await core.status('queue.append', 'x'.repeat(30))) === 'IOC_OK') count++
    expect(count).toBeGreaterThan(2)
    expect(await core.status('queue.append', '')).toBe('IOC_ERR_QUEUE_FULL')
    expect(await next()).toBe(count + 1)
    await core.call('queue.open', 1)
    expect(await core.status('queue.append', 'x'.repeat(30))).toBe('IOC_ERR_QUEUE_FULL')
    const before = (await oldest()).sequence
    await core.call('queue.remove', before)
    await core.call('queue.remove', before + 1)
    expect(await core.status('queue.append', 'again')).toBe('IOC_OK')
    expect((await drain()).map(({ sequence }) => sequence)).toEqual(Array.from({ length: count - 1 }, (_, i) => i + 3))
  })

  test('messages of any length that a sector holds', async () => {
    await core.call('flash', 4, 256, 8)
    await core.call('queue.open', 1)
    for (let length = 0; length <= 208; length++) {
      expect(await core.status('queue.append', 'x'.repeat(length))).toBe('IOC_OK')
      expect((await drain()).map(({ message }) => message)).toEqual(['x'.repeat(length)])
    }
    expect(await core.status('queue.append', 'x'.repeat(209))).toBe('IOC_ERR_ARGUMENT')
    await core.call('queue.append', 'abc')
    await core.call('capacity', 2)
    expect(await core.status('queue.oldest')).toBe('IOC_ERR_BUFFER')
    await core.call('capacity', 1 << 16)
  })

  test.each([
    [1, 256, 1],
    [2, 255, 1],
    [2, 64, 1],
    [2, 256, 3],
    [2, 256, 32],
    [2, 256, 0],
  ])('%i sectors of %i bytes in units of %i are refused', async (sectors, bytes, unit) => {
    await core.call('flash', sectors, bytes, unit)
    expect(await core.status('queue.open', 1)).toBe('IOC_ERR_FLASH')
  })

  /** Appends and removes until power is cut; tells what was acknowledged. */
  const scenario = async (random: Seeded, steps: number) => {
    const waiting: { sequence: number; message: string }[] = []
    const removed: number[] = []
    /** The last one whose leaving was written to flash. */
    let durable = 0
    let torn: { sequence: number; message: string } | undefined
    let tornRemoval: number | undefined
    for (let step = 0; step < steps; step++) {
      if (random.below(5) < 3 || waiting.length === 0) {
        const message = `${step}${'.'.repeat(random.below(40))}`
        const sequence = await next()
        const status = await core.status('queue.append', message)
        if (status === 'IOC_OK') waiting.push({ sequence, message })
        else if (status === 'IOC_ERR_FLASH') {
          torn = { sequence, message }
          break
        } else expect(status).toBe('IOC_ERR_QUEUE_FULL')
      } else {
        const { sequence } = waiting[0]!
        const spent = await core.text('flash.spent')
        expect(await oldest()).toEqual(waiting[0])
        if ((await core.status('queue.remove', sequence)) !== 'IOC_OK') {
          tornRemoval = sequence
          break
        }
        waiting.shift()
        removed.push(sequence)
        if ((await core.text('flash.spent')) !== spent) durable = sequence
      }
    }
    return { waiting, removed, durable, torn, tornRemoval }
  }

  test.each([
    [2, 128, 1],
    [3, 128, 4],
    [3, 128, 16],
  ])(
    `%i sectors of %i bytes in units of %i: power may fail after any byte (seed ${SEED})`,
    async (sectors, bytes, unit) => {
      const begin = async () => {
        await core.call('flash', sectors, bytes, unit)
        await core.call('queue.open', 1)
      }
      await begin()
      await scenario(new Seeded(SEED), STEPS)
      const total = Number(await core.text('flash.spent'))
      expect(total).toBeGreaterThan(3 * bytes)
      for (let cut = 0; cut < total; cut++) {
        await begin()
        await core.call('flash.cut', cut)
        const { waiting, removed, durable, torn, tornRemoval } = await scenario(new Seeded(SEED), STEPS)
        await core.call('queue.open', 1)
        const used = await next()
        const found = await drain()
        const context = `cut after ${cut} bytes`
        // Everything that was queued and has not left is there once, in order; what was torn is whole or not there.
        const numbers = found.map(({ sequence }) => sequence)
        expect(numbers, context).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
        for (const message of waiting)
          if (message.sequence !== tornRemoval) expect(found, context).toContainEqual(message)
        const known = [...waiting, ...(torn ? [torn] : [])]
        // What left comes back at most where its leaving had no room on flash: then it is sent again, as it was.
        for (const message of found) {
          // What left comes back at most where its leaving had no room on flash: then it is sent again, as it was.
          expect(message.sequence, context).toBeGreaterThan(durable)
          if (!removed.includes(message.sequence)) expect(known, context).toContainEqual(message)
        }
        expect(used, context).toBeGreaterThan(Math.max(0, ...waiting.map(({ sequence }) => sequence), ...removed))
        // And it goes on working.
        expect(await core.status('queue.append', 'after'), context).toBe('IOC_OK')
        expect(await drain(), context).toEqual([{ sequence: used, message: 'after' }])
      }
    },
  )
})
