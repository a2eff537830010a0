import type { ProverStatus, TaskState } from '../api/types.ts'

type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'quiet'

const TONES: Record<TaskState | ProverStatus, Tone> = {
  packed: 'quiet',
  assigned: 'busy',
  proved: 'waiting',
  settled: 'good',
  failed: 'bad',
  idle: 'good',
  busy: 'busy',
  offline: 'bad',
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A task's state or a prover's status: a word, with a colour beside it. */
export function Badge({ of }: { of: TaskState | ProverStatus }) {
  return (
    <span className="badge" data-tone={TONES[of] ?? 'quiet'}>
      {capitalize(of)}
    </span>
  )
}
