/**
 * What the documents say is there: each command is run by something, each link leads somewhere, each path exists.
 * @module
 */
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { describe, expect, test } from 'vitest'
import { COMMANDS, canonical, RUN_HERE } from './commands.ts'
import { commands, DOCUMENTS, readDocument } from './documents.ts'

const used = new Set(DOCUMENTS.flatMap((path) => commands(readDocument(path)).map(canonical)))

describe('commands', () => {
  test('every command of the documents is in the table, and every one in the table is in a document', () => {
    expect([...used].sort()).toEqual(Object.keys(COMMANDS).sort())
  })

  test.each(Object.entries(COMMANDS).filter(([, by]) => by !== RUN_HERE))('%s is run where the table says', (_, by) => {
    const { file, text } = by as Exclude<typeof by, string>
    expect(readDocument(file)).toContain(text)
  })

  test('what is run here is in the test that runs it', () => {
    const text = readDocument('test/e2e/documents.test.ts')
    for (const [command, by] of Object.entries(COMMANDS)) if (by === RUN_HERE) expect(text).toContain(`'${command}'`)
  })
})

/** Anchors of a document's headings, as GitHub makes them. */
const anchors = (document: string): string[] =>
  [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe.each(DOCUMENTS)('%s', (path) => {
  const document = readDocument(path)

  test('links lead to files, and to headings of theirs', () => {
    for (const [, target] of document.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue
      const [file, anchor] = target!.split('#') as [string, string?]
      const resolved = file === '' ? path : normalize(join(dirname(path), file))
      expect(existsSync(join(ROOT, resolved)), `${target} of ${path}`).toBe(true)
      if (anchor !== undefined) expect(anchors(readDocument(resolved)), `${target} of ${path}`).toContain(anchor)
    }
  })

  test('source paths that it names exist', () => {
    const prose = document.replace(/^ *```[\s\S]*?^ *```$/gm, '')
    for (const [, named] of prose.matchAll(
      /(?<![\w/.])((?:packages|scripts|test|circuits\/src|contracts|deploy\/modules)\/[\w./-]*\.(?:ts|sol|circom|json))/g,
    ))
      expect(existsSync(join(ROOT, named!)), `${named} of ${path}`).toBe(true)
  })
})
