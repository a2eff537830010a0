/**
 * Fails when a file names a place that only its author has, or is a leftover.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** By what they are, so that the check does not find itself. */
const FORBIDDEN: Record<string, RegExp> = {
  'names a path of one machine': /(?<![\w.~}-])\/(?:root|work|home\/[\w.-]+|Users\/[\w.-]+)\//,
  "names a registry's host":
    /\bregistry\.[\w-]+\.(?:com|org|net|io|dev|cn)\b|https?:\/\/[^\s/'"]*registry|\btarball:\s+http/,
  'has the marks of a merge': /^(?:<{7}|>{7}) /m,
}
const LEFTOVER = /(?:^|\/)(?:NOTES?|TODO|WIP|SCRATCH)[-_.][^/]*$|\.(?:orig|rej|swp|bak|tmp)$|~$|(?:^|\/)\.DS_Store$/i

/** Returns one line per problem of a file. What holds a zero byte is not text. */
export function textProblems(file: string, text: string): string[] {
  const problems = LEFTOVER.test(file) ? [`${file} is a leftover: remove it.`] : []
  if (text.includes('\0')) return problems
  for (const [what, pattern] of Object.entries(FORBIDDEN)) {
    const found = pattern.exec(text)
    if (found) problems.push(`${file}:${text.slice(0, found.index).split('\n').length} ${what}: ${found[0].trim()}`)
  }
  return problems
}

/** Returns one line per problem, in files that are in git or about to be. */
export function checkText(root: string): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  return execFileSync('git', list, { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)))
    .flatMap((file) => textProblems(file, readFileSync(join(root, file), 'utf8')))
}
