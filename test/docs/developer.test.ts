/**
 * Compiles the dApp of docs/developer.md, with the compiler and the settings of the project.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { expect, test } from 'vitest'
import { blocks, readDocument } from './documents.ts'

interface SolidityCompiler {
  compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string
}

test('the dApp compiles as it stands, without a warning', { timeout: 120_000 }, () => {
  const [source] = blocks(readDocument('docs/developer.md'), 'solidity')
  const solc = createRequire(import.meta.url)('solc') as SolidityCompiler
  const input = {
    language: 'Solidity',
    sources: { 'docs/example/FieldTotals.sol': { content: source } },
    settings: { evmVersion: 'cancun', outputSelection: { '*': { FieldTotals: ['evm.bytecode.object'] } } },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => {
        const file = [join(ROOT, path), join(ROOT, 'node_modules', path)].find((candidate) => existsSync(candidate))
        return file === undefined ? { error: `no ${path}` } : { contents: readFileSync(file, 'utf8') }
      },
    }),
  )
  expect(output.errors ?? []).toEqual([])
  expect(output.contracts['docs/example/FieldTotals.sol'].FieldTotals.evm.bytecode.object).toMatch(/^[0-9a-f]{500,}$/)
})
