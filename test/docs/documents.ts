/**
 * The documents that users read, and what is in them.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { ROOT } from '@iotex2/devnet/chain'

export const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }).sort(),
]

export const readDocument = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')

/** Returns the text of each fenced block of a language, without the indentation of its fence. */
export function blocks(document: string, language: string): string[] {
  return [...document.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, , own]) => own === language)
    .map(([, indentation, , text]) => text!.replace(new RegExp(`^${indentation}`, 'gm'), '').trimEnd())
}

/** Returns every command of a document: lines of sh blocks, and commands in the running text. Comments are left out. */
export function commands(document: string): string[] {
  const prose = document.replace(/^ *```[\s\S]*?^ *```$/gm, '')
  return [
    ...blocks(document, 'sh').flatMap((block) => block.split('\n')),
    ...[...prose.matchAll(/`((?:pnpm|npx|snarkjs) [^`]+)`/g)].map(([, command]) => command!),
  ]
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}
