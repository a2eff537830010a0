/**
 * Progress of long work: which step, how long it took, what comes next. Goes to stderr; stdout is for results.
 * @module
 */
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

export interface StepReporter {
  /** Runs a step and reports how long it took. */
  step<T>(title: string, run: (note: (text: string) => void) => Promise<T>): Promise<T>
  note(text: string): void
}

/** Reports on `stream` with elapsed times from `now` (ms, monotonic). */
export function reportSteps(
  stream: { write(text: string): unknown },
  total: number,
  now: () => number = () => performance.now(),
): StepReporter {
  const start = now()
  let current = 0
  return {
    async step(title, run) {
      const began = now()
      current++
      stream.write(`[${current}/${total}] ${title} …\n`)
      const result = await run((text) => stream.write(`        ${text}\n`))
      stream.write(`        done in ${seconds(now() - began)} (${seconds(now() - start)} in all)\n`)
      return result
    },
    note: (text) => stream.write(`        ${text}\n`),
  }
}
