import type { ProverStatus, TaskState } from '../api/types.ts'
import type { ModuleStatus, SlashStatus } from '../stake/types.ts'

type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'quiet'

type Status = TaskState | ProverStatus | ModuleStatus | SlashStatus

const TONES: Record<Status, Tone> = {
  packed: 'quiet',
  assigned: 'busy',
  proved: 'waiting',
  settled: 'good',
  failed: 'bad',
  idle: 'good',
  busy: 'busy',
  offline: 'bad',
  proposed: 'quiet',
  admitted: 'good',
  leaving: 'waiting',
  released: 'quiet',
  vetoable: 'waiting',
  executable: 'bad',
  expired: 'quiet',
  vetoed: 'good',
  executed: 'bad',
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What a task, a prover, a module or a slash is now: a word, with a colour beside it. */
export function Badge({ of }: { of: Status }) {
  return (
    <span className="badge" data-tone={TONES[of] ?? 'quiet'}>
      {capitalize(of)}
    </span>
  )
}
