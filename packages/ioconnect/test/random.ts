import { seededNumbers } from '../src/synthetic-source.ts'
import type { RandomBytes } from '../src/wasm/psa.ts'

export { seededNumbers as seededRandom }

/** The same bytes for the same seed. */
export function seededBytes(seed: number): RandomBytes {
  const random = seededNumbers(seed)
  return (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))
}
