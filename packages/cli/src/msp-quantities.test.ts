import { Log, type Provider } from 'ethers'
import { describe, expect, test } from 'vitest'
import { type Asset, formatAmount, parseAmount } from './restaking/assets.ts'
import { exposureOf, formatPrice, parseShares } from './restaking/baskets.ts'
import { logPages } from './restaking/logs.ts'
import {
  formatDuration,
  formatPercent,
  nextEpoch,
  parseDuration,
  parsePercent,
  parseTime,
} from './restaking/quantities.ts'

const usage = expect.objectContaining({ code: 'OPTION_INVALID' })

describe('times', () => {
  test.each([
    ['3d', 259_200n, '3d'],
    ['36h', 129_600n, '1d 12h'],
    ['2w', 1_209_600n, '14d'],
    ['61s', 61n, '1m 1s'],
    ['0s', 0n, '0s'],
  ])('%s is %d seconds', (words, seconds, shown) => {
    expect(parseDuration(words)).toBe(seconds)
    expect(formatDuration(seconds)).toBe(shown)
  })

  test.each([
    ['1767225600', 1_767_225_600n],
    ['2026-01-01T00:00:00Z', 1_767_225_600n],
    ['2026-01-01T02:00+02:00', 1_767_225_600n],
  ])('%s is a time', (words, seconds) => expect(parseTime(words)).toBe(seconds))

  test.each(['', 'now', '2026-01-01', '2026-01-01T00:00:00', '2026-13-01T00:00:00Z', '-1'])('"%s" is none', (words) => {
    expect(() => parseTime(words)).toThrow(usage)
  })

  test('the next epoch is the next midnight, never now', () => {
    expect(nextEpoch(86_399n)).toBe(86_400n)
    expect(nextEpoch(86_400n)).toBe(172_800n)
  })
})

test.each([
  ['5', 500n, '5 %'],
  ['7.5%', 750n, '7.5 %'],
  ['0.01', 1n, '0.01 %'],
  ['100.00', 10_000n, '100 %'],
])('%s is a percentage', (words, basisPoints, shown) => {
  expect(parsePercent(words)).toBe(basisPoints)
  expect(formatPercent(basisPoints)).toBe(shown)
})
test.each(['', '%', '1.234', '-1', '1e2', '.5'])('"%s" is no percentage', (words) => {
  expect(() => parsePercent(words)).toThrow(usage)
})

describe('amounts', () => {
  const asset = (decimals: number): Asset => ({ address: '0x', symbol: 'T', decimals, isCoin: false })
  test.each([
    ['1.5', 6, 1_500_000n, '1.5 T'],
    ['1.500', 1, 15n, '1.5 T'],
    ['100', 0, 100n, '100 T'],
    ['100.0', 0, 100n, '100 T'],
    ['0.000000000000000001', 18, 1n, '0.000000000000000001 T'],
    ['1200', 18, 1200n * 10n ** 18n, '1200 T'],
  ])('%s with %d decimals', (words, decimals, units, shown) => {
    expect(parseAmount(words, asset(decimals))).toBe(units)
    expect(formatAmount(units, asset(decimals))).toBe(shown)
  })
  test.each([
    ['0', 6],
    ['0.0000001', 6],
    ['1.5', 0],
  ])('%s with %d decimals is refused', (words, decimals) => {
    expect(() => parseAmount(words, asset(decimals))).toThrow(usage)
  })
})

describe('baskets', () => {
  test('lines are put in the order of their DIMs', () => {
    expect(parseShares(['12=40', '3=60.5'])).toEqual([
      { dim: 3n, share: 6050n },
      { dim: 12n, share: 4000n },
    ])
  })
  test.each([[['1']], [['1=']], [['0=5']], [['1=0']], [['1=100.01']], [['1=5', '1=6']], [['a=5']]])(
    '%j is refused',
    (words) => {
      expect(() => parseShares(words)).toThrow(usage)
    },
  )

  // As Allocation.sol: what is slashable is rounded up, what is free down.
  test.each([
    ['one whole, harmless', [[10_000n, 100n]], { sum: 10_000n, slashable: 100n, free: 0n }],
    [
      'two halves of a third',
      [
        [3333n, 3333n],
        [3333n, 3333n],
      ],
      { sum: 6666n, slashable: 2222n, free: 6667n },
    ],
    [
      'rehypothecated',
      [
        [10_000n, 5000n],
        [5000n, 1250n],
      ],
      { sum: 15_000n, slashable: 5625n, free: 0n },
    ],
    [
      'too much',
      [
        [10_000n, 6000n],
        [10_000n, 5000n],
      ],
      { sum: 20_000n, slashable: 11_000n, free: -1000n },
    ],
    ['none', [], { sum: 0n, slashable: 0n, free: 10_000n }],
  ])('%s', (_, lines, exposure) => {
    expect(exposureOf(lines.map(([share, maximumSlash]) => ({ share: share!, maximumSlash: maximumSlash! })))).toEqual(
      exposure,
    )
  })

  test('a share is an asset at first, and less after slashes', () => {
    expect(formatPrice(10n ** 18n, 10n ** 21n)).toBe('1')
    expect(formatPrice(665n * 10n ** 15n, 10n ** 21n)).toBe('0.665')
    expect(formatPrice(0n, 10n ** 21n)).toBe('0')
  })
})

describe('pages of logs', () => {
  /** A node with a log in each block, that gives at most so many blocks' at a time. */
  const nodeOf = (most: number) => {
    const asked: number[] = []
    const getLogs: Provider['getLogs'] = async (filter) => {
      const { fromBlock, toBlock } = filter as { fromBlock: number; toBlock: number }
      asked.push(toBlock - fromBlock + 1)
      if (toBlock - fromBlock >= most) throw Object.assign(new Error('range too long'), { code: 'UNKNOWN_ERROR' })
      return Array.from({ length: toBlock - fromBlock + 1 }, (_, i) => logOf(fromBlock + i))
    }
    return { asked, provider: { getLogs, getBlockNumber: async () => 99_999 } }
  }
  const hash = `0x${'00'.repeat(32)}`
  const logOf = (blockNumber: number) =>
    new Log(
      {
        ...{ blockNumber, blockHash: hash, transactionHash: hash, transactionIndex: 0, index: 0, removed: false },
        ...{ address: `0x${'00'.repeat(20)}`, data: '0x', topics: [] },
      },
      null as unknown as Provider,
    )

  test.each([
    [300, false],
    [300, true],
    [20_000, false],
    [1_000_000, true],
  ])('of a node that gives %d blocks have each log once, newest first: %s', async (most, newestFirst) => {
    const { provider, asked } = nodeOf(most)
    const blocks: number[] = []
    for await (const page of logPages({ provider, address: hash, topics: [], fromBlock: 7, newestFirst }))
      blocks.push(...page.map(({ blockNumber }) => blockNumber))
    const all = Array.from({ length: 99_993 }, (_, i) => i + 7)
    expect(blocks).toEqual(newestFirst ? all.reverse() : all)
    // It asks for too much a few times, and not for ever.
    expect(asked.filter((length) => length > most).length).toBeLessThan(4)
  })

  test('a node that gives nothing at all is told of', async () => {
    const pages = logPages({ provider: nodeOf(0).provider, address: hash, topics: [], fromBlock: 7 })
    await expect(pages.next()).rejects.toMatchObject({ code: 'UNKNOWN_ERROR' })
  })
})
