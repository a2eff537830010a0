import { expect, test } from 'vitest'
import { parseRoute, type Route, routeHref } from './route.ts'

const ROUTES: Exclude<Route, { view: 'unknown' }>[] = [
  { view: 'overview' },
  { view: 'fleet' },
  { view: 'tasks', state: null },
  { view: 'tasks', state: 'settled' },
  { view: 'task', taskId: '0xab/?#%cd' },
  { view: 'devices' },
  { view: 'device', device: '0xabcd' },
  { view: 'prove' },
  { view: 'onboard', part: 'device' },
  { view: 'onboard', part: 'project' },
  { view: 'stake', part: 'overview' },
  { view: 'stake', part: 'slashes' },
  { view: 'stake', part: 'bribes' },
  { view: 'stake', part: 'account' },
]

test.each(ROUTES)('a link to $view leads to it', (route) => {
  expect(parseRoute(routeHref(route))).toEqual(route)
})

test('an empty address is the overview', () => {
  expect(parseRoute('')).toEqual({ view: 'overview' })
  expect(parseRoute('#')).toEqual({ view: 'overview' })
})

test('an unknown state filters nothing, and an address in capitals is found', () => {
  expect(parseRoute('#/tasks?state=lost')).toEqual({ view: 'tasks', state: null })
  expect(parseRoute('#/devices/0xABCD')).toEqual({ view: 'device', device: '0xabcd' })
})

test.each(['#/chains', '#/fleet/1', '#/tasks/0xab/proof', '#/onboard/prover', '#/stake/overview', '#/stake/all'])(
  '%s is no view',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ view: 'unknown', path: hash.slice(1) })
  },
)

test('an escape that is cut short does not throw', () => {
  expect(parseRoute('#/tasks/%e0%')).toEqual({ view: 'task', taskId: '%e0%' })
})
