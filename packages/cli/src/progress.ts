/**
 * How far long work is, on stderr: a line that is drawn again on a terminal, lines with the elapsed time elsewhere.
 * @module
 */

export interface Progress {
  /** Tells what runs now, and how much of it is done (0 to 1) where that is known. */
  report(step: string, fraction?: number): void
  /** Says something that stays: a warning, what a transaction will do. */
  say(line: string): void
  /** Ends the line that is being drawn. */
  end(): void
}

export interface ProgressOptions {
  write(text: string): void
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /** Columns of the terminal; undefined where there is none, so that nothing is drawn over. */
  columns?: number | undefined
}

/** How often the line is drawn again, and how often a log gets a new line of the same step. */
const REDRAW_MS = 100
const LOG_MS = 5000

export function createProgress({ write, now, columns }: ProgressOptions): Progress {
  const began = now()
  let current: string | undefined
  let shownAt = Number.NEGATIVE_INFINITY
  let drawn = false

  const format = (step: string, fraction: number | undefined): string => {
    const seconds = ((now() - began) / 1000).toFixed(1).padStart(6)
    const percent = fraction === undefined ? '' : ` ${Math.floor(100 * fraction)} %`
    return `${seconds} s  ${step}${percent}`
  }
  const end = (): void => {
    if (drawn) write('\n')
    drawn = false
    current = undefined
  }
  return {
    report(step, fraction) {
      const isNew = step !== current
      const pause = columns === undefined ? LOG_MS : REDRAW_MS
      if (!isNew && now() - shownAt < pause) return
      current = step
      shownAt = now()
      const line = format(step, fraction)
      if (columns === undefined) return write(`${line}\n`)
      write(`\r\x1b[K${line.slice(0, columns - 1)}`)
      drawn = true
    },
    say(line) {
      end()
      write(`${line}\n`)
    },
    end,
  }
}
