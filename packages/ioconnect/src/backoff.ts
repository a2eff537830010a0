/**
 * Exponential backoff with full jitter: of many devices that lost one gateway, no two come back together.
 * See Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 * @module
 */
import type { Random } from './clock.ts'

export interface BackoffOptions {
  /** Upper end of the first delay. */
  baseMs: number
  /** Upper end of any delay. */
  capMs: number
}

export const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, capMs: 60_000 }

/** Returns a delay drawn evenly from [0, min(cap, base × 2^(failures − 1))), in whole milliseconds. */
export function fullJitterMs({ baseMs, capMs }: BackoffOptions, failures: number, random: Random): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** (failures - 1)))
}
