/**
 * Where a device's readings come from.
 * @module
 */
import type { Sample } from './request.ts'

export interface Source {
  /** Measures. Returns undefined when there will be no more, as at a recording's end. */
  measure(): Promise<Sample | undefined>
}
