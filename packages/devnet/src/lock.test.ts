import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDirectory } from './lock.ts'

let directory: string
let file: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iotex2-lock-'))
  file = join(directory, 'lock')
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a directory is taken once, and again when it was given back', () => {
  const release = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'DEVNET_RUNNING' }))
  release()
  lockDirectory(directory)()
})

test('a process of another user counts', () => {
  // Process 1 always runs; as root this user may signal it, and otherwise not.
  writeFileSync(file, '1')
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'DEVNET_RUNNING' }))
})

test.each(['', '0', 'nonsense', String(2 ** 22 + 1)])('a lock that holds "%s" is nobody’s', (text) => {
  writeFileSync(file, text)
  lockDirectory(directory)
  expect(readFileSync(file, 'utf8')).toBe(String(process.pid))
})
