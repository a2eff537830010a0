import { expect, test } from 'vitest'
import { foldModules, foldValidators, freeShareOf, type StakeEvent, slashStatus } from './ledger.ts'

const ZERO = `0x${'00'.repeat(20)}`
const [BUILDER, ENFORCER, RESOLVER, VALIDATOR] = ['b1', 'e1', 'd1', 'a1'].map((byte) => `0x${byte.repeat(20)}`)
const at = (seconds: number): Date => new Date(1000 * seconds)
const terms = {
  ...{ maximumSlash: '5000', evidenceAge: '600', vetoWindow: '60', executionWindow: '30' },
  ...{ enforcer: ENFORCER!, resolver: RESOLVER!, beneficiary: ZERO },
}
const event = (name: string, args: StakeEvent['args'], time = 0): StakeEvent => ({ name, args, time: at(time) })
const proposed = event('DimProposed', { dim: '1', manager: BUILDER!, terms, metadataUri: 'ipfs://m', bond: '7' }, 10)

test('a module goes through its states, and keeps its terms', () => {
  const life = [
    proposed,
    event('DimAdmitted', { dim: '1' }, 20),
    event('DimResolverSet', { dim: '1', resolver: ENFORCER! }, 25),
    event('DimLeaving', { dim: '1', obligedUntil: '720' }, 30),
    event('DimReleased', { dim: '1' }, 800),
    event('DimBondWithdrawn', { dim: '1', recipient: BUILDER!, bond: '7' }, 801),
  ]
  expect(life.map((_, i) => foldModules(life.slice(0, i + 1))[0]!.status)).toEqual([
    'proposed',
    'admitted',
    'admitted',
    'leaving',
    'released',
    'released',
  ])
  expect(foldModules(life)[0]).toMatchObject({
    maximumSlash: 5000,
    resolver: ENFORCER,
    beneficiary: null,
    bondWei: '0',
    admittedAt: at(20),
    leftAt: at(30),
    obligedUntil: 720,
  })
})

test('modules stand in the order of their numbers, and what is of none is passed over', () => {
  const tenth = event('DimProposed', { ...proposed.args, dim: '10' })
  const folded = foldModules([
    tenth,
    event('ExitDelaySet', { delay: '9' }),
    proposed,
    event('DimAdmitted', { dim: '9' }),
  ])
  expect(folded.map(({ dim, status }) => [dim, status])).toEqual([
    ['1', 'proposed'],
    ['10', 'proposed'],
  ])
})

const registered = event('ValidatorRegistered', { validator: VALIDATOR!, tokenId: '0' })
const opted = (time: number, optedIn: boolean) =>
  event('ValidatorOpted', { validator: VALIDATOR!, dim: '1', optedIn, time: String(time) })
const accepted = (time: number, yes: boolean) =>
  event('ValidatorAccepted', { validator: VALIDATOR!, dim: '1', accepted: yes, time: String(time) })
const commission = (time: number, value: number) =>
  event('CommissionSet', { validator: VALIDATOR!, commission: String(value), time: String(time) })

test.each([
  ['one side alone', [opted(10, true)], { serves: false, changesAt: null }],
  ['both, one of them later', [opted(10, true), accepted(200, true)], { serves: false, changesAt: 200 }],
  ['both', [opted(10, true), accepted(20, true)], { serves: true, changesAt: null }],
  [
    'one has said no from later on',
    [opted(10, true), accepted(20, true), opted(200, false)],
    { serves: true, changesAt: 200 },
  ],
  [
    'changed its mind within the epoch',
    [opted(10, true), accepted(20, true), opted(200, false), opted(200, true)],
    { serves: true, changesAt: null },
  ],
])('agreement, %s', (_, said, expected) => {
  const [validator] = foldValidators([registered, ...said], 100)
  expect(validator!.agreements).toEqual([{ dim: '1', ...expected }])
})

test('a commission counts from its time on', () => {
  const events = [registered, commission(50, 500), commission(150, 900)]
  expect([49, 50, 149, 150].map((time) => foldValidators(events, time)[0]!.commission)).toEqual([0, 500, 500, 900])
})

test('baskets are opened and closed', () => {
  const lines = [{ dim: '1', share: '8000' }]
  const opening = event('BasketOpened', { validator: VALIDATOR!, basket: '1', lines, rehypothecated: false })
  const closing = event('BasketClosed', { validator: VALIDATOR!, basket: '1' })
  const basket = { basket: 1, rehypothecated: false, lines: [{ dim: '1', share: 8000 }] }
  expect(foldValidators([registered, opening], 0)[0]!.baskets).toEqual([{ ...basket, open: true }])
  expect(foldValidators([registered, opening, closing], 0)[0]!.baskets).toEqual([{ ...basket, open: false }])
})

test.each([
  [[{ dim: '1', share: 10_000 }], 0],
  [
    [
      { dim: '1', share: 4_000 },
      { dim: '2', share: 1_000 },
    ],
    6_000,
  ],
  // What can be slashed is more than the largest share: 3,333.5 are rounded up.
  [
    [
      { dim: '1', share: 3_333 },
      { dim: '1', share: 3_334 },
      { dim: '1', share: 1 },
    ],
    6_666,
  ],
])('what is free of %j', (lines, free) => {
  expect(freeShareOf(lines, (dim) => (dim === '1' ? 5_000 : 9_000))).toBe(free)
})

test.each([
  ['before the veto ends', 99, {}, 'vetoable'],
  ['at its end', 100, {}, 'executable'],
  ['at the last second', 200, {}, 'executable'],
  ['after it', 201, {}, 'expired'],
  ['vetoed', 300, { vetoed: true }, 'vetoed'],
  ['executed', 300, { executed: true }, 'executed'],
])('a request, %s', (_, time, ended, status) => {
  const state = { vetoUntil: 100, executeUntil: 200, vetoed: false, executed: false, ...ended }
  expect(slashStatus(state, time)).toBe(status)
})
