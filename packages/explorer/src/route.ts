/**
 * The page's address: everything after `#`, so that a static server needs no rule for it and any view can be linked to.
 * @module
 */
import { TASK_STATES, type TaskState } from './api/types.ts'

/** Parts of the stake view: who secures what, what was taken, what is paid for it, and one's own. */
export const STAKE_PARTS = ['overview', 'slashes', 'bribes', 'account'] as const
export type StakePart = (typeof STAKE_PARTS)[number]

export type Route =
  | { view: 'overview' }
  | { view: 'fleet' }
  | { view: 'tasks'; state: TaskState | null }
  | { view: 'task'; taskId: string }
  | { view: 'devices' }
  | { view: 'device'; device: string }
  | { view: 'prove' }
  | { view: 'onboard'; part: 'device' | 'project' }
  | { view: 'stake'; part: StakePart }
  | { view: 'unknown'; path: string }

/** Returns the route of `location.hash`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?')
  const [view = '', id, ...rest] = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  const unknown: Route = { view: 'unknown', path }
  if (rest.length > 0) return unknown
  if (id !== undefined) {
    const decoded = decode(id)
    if (view === 'tasks') return { view: 'task', taskId: decoded }
    if (view === 'devices') return { view: 'device', device: decoded.toLowerCase() }
    if (view === 'onboard' && decoded === 'project') return { view, part: 'project' }
    const part = STAKE_PARTS.find((known) => known === decoded)
    if (view === 'stake' && part !== undefined && part !== 'overview') return { view, part }
    return unknown
  }
  switch (view) {
    case '':
      return { view: 'overview' }
    case 'fleet':
    case 'devices':
    case 'prove':
      return { view }
    case 'onboard':
      return { view, part: 'device' }
    case 'stake':
      return { view, part: 'overview' }
    case 'tasks': {
      const state = new URLSearchParams(query).get('state')
      return { view, state: TASK_STATES.find((known) => known === state) ?? null }
    }
    default:
      return unknown
  }
}

/** Returns the link to `route`, for `href`. */
export function routeHref(route: Exclude<Route, { view: 'unknown' }>): string {
  switch (route.view) {
    case 'overview':
      return '#/'
    case 'tasks':
      return route.state === null ? '#/tasks' : `#/tasks?state=${route.state}`
    case 'task':
      return `#/tasks/${encodeURIComponent(route.taskId)}`
    case 'device':
      return `#/devices/${encodeURIComponent(route.device)}`
    case 'stake':
      return route.part === 'overview' ? '#/stake' : `#/stake/${route.part}`
    case 'onboard':
      return route.part === 'device' ? '#/onboard' : `#/onboard/${route.part}`
    default:
      return `#/${route.view}`
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
