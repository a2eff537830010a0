import { useNow } from '../clock.tsx'
import { formatExactTime, formatRelative } from '../format/time.ts'
import { None } from './hash.tsx'

/** How long ago `at` was, renewed each second; the exact time on hover. */
export function RelativeTime({ at }: { at: string | null }) {
  const nowMs = useNow()
  if (at === null) return <None>never</None>
  return (
    <time dateTime={at} title={formatExactTime(at)}>
      {formatRelative(at, nowMs)}
    </time>
  )
}
