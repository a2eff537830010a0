/**
 * Runs every command of docs/zk.md, in order, in a directory of its own: only what readers bring along is made here.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { snarkjs } from '../../packages/cli/test/snarkjs.ts'
import { runGuide } from './cli.ts'
import { blocks, commands, readDocument } from './documents.ts'

const GUIDE = 'docs/zk.md'
const guide = readDocument(GUIDE)
const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-zk-'))
const BEACON = 'c0'.repeat(32)

beforeAll(async () => {
  writeFileSync(join(directory, 'factors.circom'), blocks(guide, 'circom')[0]!)
  writeFileSync(join(directory, 'input.json'), blocks(guide, 'json')[0]!)
  await snarkjs(directory, 'powersoftau', 'new', 'bn128', '3', 'new.ptau')
  await snarkjs(directory, 'powersoftau', 'contribute', 'new.ptau', 'one.ptau', '-n=one', '-e=entropy')
  await snarkjs(directory, 'powersoftau', 'beacon', 'one.ptau', 'last.ptau', BEACON, '10', '-n=last')
  await snarkjs(directory, 'powersoftau', 'prepare', 'phase2', 'last.ptau', 'powers.ptau')
})
afterAll(() => rmSync(directory, { recursive: true }))

test('every command succeeds, one after the other', { timeout: 120_000 }, async () => {
  const hash = JSON.parse((await runGuide(directory, 'pnpm iotex2 zk import-ptau powers.ptau --json')).stdout).hash
  const said = new Map<string, string>()
  for (const command of commands(readDocument('docs/zk.md'))) {
    const { code, stdout, stderr } = await runGuide(directory, command.replace('HASH', hash).replace('HEX', BEACON))
    expect(code, `${command}\n${stderr}`).toBe(0)
    said.set(command.split(' ')[3]!, stdout)
  }
  expect(said.get('verify')).toBe('proof.json: valid\n')
  expect(said.get('import-ptau')).toContain('build/factors.r1cs: needs 2^2, fits')
  expect(said.get('export-verifier')).toContain('FactorsVerifier')
  expect(JSON.parse(readFileSync(join(directory, 'public.json'), 'utf8'))).toEqual(['15', '7'])
})
