/**
 * Fails when a package imports one that it may not know: the direction in which data flows (ARCHITECTURE.md).
 * @module
 */
import { globSync, readFileSync } from 'node:fs'

const MAY_IMPORT: Record<string, readonly string[]> = {
  msm: [],
  protocol: [],
  service: ['protocol'],
  chain: ['protocol'],
  identity: ['protocol', 'service', 'chain'],
  groth16: ['protocol', 'msm'],
  ioconnect: ['protocol', 'identity'],
  'data-availability': ['protocol', 'service'],
  connectivity: ['protocol', 'service', 'chain', 'identity', 'data-availability'],
  coordinator: ['protocol', 'service', 'chain', 'data-availability', 'groth16'],
  prover: ['protocol', 'service', 'chain', 'groth16'],
  dapp: ['protocol', 'chain'],
  explorer: ['protocol', 'groth16', 'chain'],
  cli: ['protocol', 'service', 'chain', 'identity', 'ioconnect', 'groth16'],
}

/** Packages that a browser loads, where nothing is that only Node has; but no browser holds a ceremony. */
const BROWSER = ['explorer', 'groth16']
const NODE_ONLY = /\/(?:ceremony|powers-of-tau)[^/]*$/

/** Returns one line per forbidden import. Tests may import anything that a devnet needs. */
export function checkImports(root: string): string[] {
  const problems: string[] = []
  for (const file of globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root })) {
    const own = file.split('/')[1]!
    const allowed = MAY_IMPORT[own]
    if (!allowed || /\.test\.tsx?$/.test(file)) continue
    const text = readFileSync(`${root}/${file}`, 'utf8')
    if (BROWSER.includes(own) && !NODE_ONLY.test(file))
      for (const [found] of text.matchAll(/from 'node:[^']+'|\bBuffer\b/g))
        problems.push(`${file} needs Node: ${found}. Browsers load ${own}.`)
    for (const [, other] of text.matchAll(/from '@iotex2\/([a-z0-9-]+)/g))
      if (other !== own && !allowed.includes(other!)) problems.push(`${file} imports ${other}: ${own} may not know it.`)
    for (const [, path] of text.matchAll(/from '((?:\.\.\/)+packages\/[^']+)'/g))
      problems.push(`${file} reaches past an export: ${path}`)
  }
  return problems
}
