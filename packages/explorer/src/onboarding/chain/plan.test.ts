import { expect, test } from 'vitest'
import type { Project } from './identity-chain.ts'
import { type PlanState, planRegistration, remaining } from './plan.ts'

const project: Project = {
  id: 1n,
  name: 'Weather',
  type: 'hardware',
  owner: '0x01',
  deviceContract: '0x02',
  deviceName: 'Station',
  applied: 5n,
  activated: 3n,
  activationFeeWei: 0n,
}
const state = (change: Partial<Omit<PlanState, 'project'>> & { project?: Partial<Project> } = {}): PlanState => ({
  tokens: { held: [], allowance: 1n, ownsContract: false },
  token: undefined,
  approved: false,
  ...change,
  project: { ...project, ...change.project },
})
const none = { held: [], allowance: 0n, ownsContract: false }
const held = { tokens: { ...none, held: [7n] }, token: 7n }

test.each<[string, PlanState, object]>([
  ['minter', state(), { step: 'nft', action: 'mint' }],
  ['owner without an allowance', state({ tokens: { ...none, ownsContract: true } }), { step: 'nft', action: 'allow' }],
  [
    'owner with one',
    state({ tokens: { ...none, ownsContract: true, allowance: 2n } }),
    { step: 'nft', action: 'mint' },
  ],
  ['holder', state(held), { step: 'approval', action: 'approve' }],
  ['holder who approved', state({ ...held, approved: true }), { step: 'registration', action: 'register' }],
  ['project without an ioID left', state({ project: { activated: 5n } }), { step: 'ioid', action: 'buy' }],
  [
    'virtual project, which needs none',
    state({ ...held, project: { type: 'virtual', applied: 3n } }),
    { step: 'approval', action: 'approve' },
  ],
  ['stranger', state({ tokens: none }), { step: 'nft', blocked: 'no-device-nft' }],
  [
    // Nothing is bought for a device that could not be registered then.
    'stranger in a project without an ioID left',
    state({ tokens: none, project: { activated: 5n } }),
    { step: 'nft', blocked: 'no-device-nft' },
  ],
  [
    'project without a device NFT',
    state({ tokens: none, project: { deviceContract: null } }),
    { step: 'nft', blocked: 'no-device-contract' },
  ],
])('what is next for a %s', (_, given, next) => {
  expect(planRegistration(given).next).toEqual(next)
})

test('what is done is told apart from what is next', () => {
  expect(planRegistration(state({ ...held, project: { activated: 5n } })).done).toEqual({
    ioid: false,
    nft: true,
    approval: false,
    registration: false,
  })
  // A project may approve all its tokens beforehand: without a token that is nothing.
  expect(planRegistration(state({ approved: true })).done.approval).toBe(false)
  expect(remaining(project)).toBe(2n)
})
