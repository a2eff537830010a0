/** What a benchmark asks. */
import { additions } from './group'

/** Writes how many additions of points this thread has done. */
export function countAdditions(target: usize): void {
  store<u64>(target, additions)
}
