import { expect, test } from 'vitest'
import {
  type DelegationState,
  type ExitState,
  type LineTerms,
  nextEpoch,
  previewDelegation,
  previewDeposit,
  previewExit,
  riskOf,
} from './preview.ts'

const line = (change: Partial<LineTerms> = {}): LineTerms => ({
  ...{ dim: 1n, share: 10_000n, maximumSlash: 5_000n, evidenceAge: 600n, vetoWindow: 0n, executionWindow: 60n },
  ...{ beneficiary: null, counts: true },
  ...change,
})

test('a module can take its maximum of what backs it, and all together no more than there is', () => {
  const lines = [
    line({ share: 8_000n }),
    line({ dim: 2n, share: 6_000n, maximumSlash: 2_000n, vetoWindow: 30n, counts: false }),
  ]
  expect(riskOf(40_000n, lines)).toEqual({
    lines: [
      { dim: 1n, backing: 32_000n, atMost: 16_000n, window: 660n, vetoable: false, beneficiary: null, counts: true },
      { dim: 2n, backing: 24_000n, atMost: 4_800n, window: 690n, vetoable: true, beneficiary: null, counts: false },
    ],
    atMost: 20_800n,
  })
  const everything = line({ maximumSlash: 10_000n })
  expect(riskOf(7n, [everything, everything]).atMost).toBe(7n)
  expect(riskOf(7n, [])).toEqual({ lines: [], atMost: 0n })
})

test('what can be lost is rounded up', () => {
  expect(riskOf(1n, [line({ share: 1n, maximumSlash: 1n })])).toMatchObject({
    lines: [{ backing: 0n, atMost: 1n }],
    atMost: 1n,
  })
})

/** A small generator (mulberry32): the seed is in the test’s name. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test.each([1, 2, 3])('no slash takes more than its preview said: seed %i', (seed) => {
  const next = random(seed)
  const integer = (below: number): bigint => BigInt(Math.floor(next() * below))
  for (let i = 0; i < 2_000; i++) {
    const stake = integer(2 ** 40) ** (1n + integer(3))
    const lines = Array.from({ length: 1 + Math.floor(next() * 8) }, (_, dim) =>
      line({ dim: BigInt(dim), share: 1n + integer(10_000), maximumSlash: 1n + integer(10_000) }),
    )
    const risk = riskOf(stake, lines)
    // As Slasher has it, rounded down.
    const taken = lines.map(({ share, maximumSlash }) => (stake * share * maximumSlash) / 10n ** 8n)
    for (const [k, amount] of taken.entries()) {
      expect(amount).toBeLessThanOrEqual(risk.lines[k]!.atMost)
      expect(risk.lines[k]!.atMost - amount).toBeLessThanOrEqual(1n)
    }
    const sum = taken.reduce((total, amount) => total + amount, 0n)
    expect(sum > stake ? stake : sum).toBeLessThanOrEqual(risk.atMost)
    expect(risk.atMost).toBeLessThanOrEqual(stake)
  }
})

test('what joins counts from the next midnight on, also at midnight', () => {
  expect([86_399n, 86_400n, 86_401n].map(nextEpoch)).toEqual([86_400n, 172_800n, 172_800n])
})

const delegation: DelegationState = {
  ...{ time: 100_000n, exitDelay: 5_000n, balance: 80n, stake: 20n, lines: [line()], open: true },
}

test('a delegation, with what the staker has in the basket already', () => {
  expect(previewDelegation(delegation, 30n)).toMatchObject({
    balanceAfter: 50n,
    stakeAfter: 50n,
    countsFrom: 172_800n,
    outBy: 105_000n,
    risk: { atMost: 25n },
  })
  expect(previewDelegation(delegation, 80n)).toMatchObject({ balanceAfter: 0n })
})

test.each([
  ['nothing', delegation, 0n],
  ['more than there is', delegation, 81n],
  ['a closed basket', { ...delegation, open: false }, 1n],
])('no delegation of %s', (_, state, amount) => {
  expect(previewDelegation(state, amount)).toBeUndefined()
})

const exit: ExitState = { time: 100n, exitDelay: 50n, shares: 1_000n, stake: 300n, lines: [line()] }

test('an exit is told in what its shares are worth; all of it takes all shares', () => {
  expect(previewExit(exit, 300n)).toMatchObject({ shares: 1_000n, amount: 300n, stakeAfter: 0n, unlocksAt: 150n })
  // 333.3 shares: what leaves is less than was asked for, never more.
  expect(previewExit(exit, 100n)).toMatchObject({ shares: 333n, amount: 99n, stakeAfter: 201n, risk: { atMost: 50n } })
})

test.each([
  ['nothing', exit, 0n],
  ['more than there is', exit, 301n],
  ['less than a share', { ...exit, shares: 2n }, 100n],
  ['a pool that was slashed to nothing', { ...exit, stake: 0n }, 1n],
])('no exit of %s', (_, state, amount) => {
  expect(previewExit(state, amount)).toBeUndefined()
})

test('a deposit is allowed first where the token asks for it', () => {
  const state = { held: 10n, allowance: 4n, balance: 1n, native: false }
  expect(previewDeposit(state, 4n)).toEqual({ heldAfter: 6n, balanceAfter: 5n, approve: false })
  expect(previewDeposit(state, 5n)).toEqual({ heldAfter: 5n, balanceAfter: 6n, approve: true })
  expect(previewDeposit({ ...state, native: true }, 5n)).toMatchObject({ approve: false })
  expect(previewDeposit(state, 11n)).toBeUndefined()
  expect(previewDeposit(state, 0n)).toBeUndefined()
})
