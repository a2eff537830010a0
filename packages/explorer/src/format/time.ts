/**
 * Times and durations as people read them.
 * @module
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Returns `now`, `12 s ago`, `in 3 min`, `5 h ago` or `4 d ago`. */
export function formatRelative(iso: string, nowMs: number): string {
  const distance = nowMs - Date.parse(iso)
  const size = Math.abs(distance)
  if (size < SECOND) return 'now'
  const [unit, name] =
    size < MINUTE ? [SECOND, 's'] : size < HOUR ? [MINUTE, 'min'] : size < 2 * DAY ? [HOUR, 'h'] : [DAY, 'd']
  const amount = `${Math.floor(size / (unit as number))} ${name}`
  return distance > 0 ? `${amount} ago` : `in ${amount}`
}

/** Returns `2026-11-23 16:40:37.250 UTC`. */
export const formatExactTime = (iso: string): string => {
  const [day, time] = new Date(iso).toISOString().split('T')
  return `${day} ${time!.replace('Z', '').replace(/\.000$/, '')} UTC`
}

/** Returns `16:40:37` in the reader's own time zone. */
export const formatClock = (iso: string): string => {
  const date = new Date(iso)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

/** Returns `850 ms`, `4.2 s`, `3 min 20 s` or `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1).replace(/\.0$/, '')} s`
  const seconds = Math.round(ms / SECOND) * SECOND
  const [large, small, names] = seconds < HOUR ? [MINUTE, SECOND, ['min', 's']] : [HOUR, MINUTE, ['h', 'min']]
  const rest = Math.floor((seconds % (large as number)) / (small as number))
  const whole = `${Math.floor(seconds / (large as number))} ${names[0]}`
  return rest === 0 ? whole : `${whole} ${rest} ${names[1]}`
}
