/**
 * Fails when a snapshot differs from what is measured now.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { takeSnapshots } from '../snapshots/snapshots.ts'

const REMEDY = 'run pnpm snap and say why in the commit.'

/** Returns one line per stale snapshot. */
export async function checkSnapshots(): Promise<string[]> {
  const paths = globSync(['snapshots/**/*.json', '.gas-snapshot'], { cwd: ROOT })
  const committed = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
  return compareSnapshots(committed, await takeSnapshots())
}

/** Returns one line per snapshot that is missing, stale, or of something that is measured no more. */
export function compareSnapshots(
  committed: ReadonlyMap<string, string>,
  measured: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = []
  for (const [path, text] of measured) {
    const before = committed.get(path)
    if (before === undefined) problems.push(`${path} is missing: ${REMEDY}`)
    else if (before !== text) problems.push(`${path} is stale (${describeChange(before, text)}): ${REMEDY}`)
  }
  for (const path of committed.keys()) if (!measured.has(path)) problems.push(`${path} is measured no more: remove it.`)
  return problems
}

/** The first line that is new, or else gone, and how many more there are. */
function describeChange(before: string, after: string): string {
  const [old, now] = [linesOf(before), linesOf(after)]
  const added = now.filter((line) => !old.includes(line))
  const changed = added.length > 0 ? added : old.filter((line) => !now.includes(line))
  if (changed.length === 0) return 'in another order'
  const first = `${added.length > 0 ? 'now' : 'no longer'} ${changed[0]}`
  return changed.length > 1 ? `${first} and ${changed.length - 1} more` : first
}

/** Without the commas, which come and go with a neighbour. */
const linesOf = (json: string): string[] => json.split('\n').map((line) => line.trim().replace(/,$/, ''))
