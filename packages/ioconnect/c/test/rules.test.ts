/** What the core may use of its platform (ADR 70): PSA, and string.h. No heap, no state, no input or output. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CORE, skipReason, WARNINGS } from './toolchain.ts'

const SOURCES = globSync(['src/*.[ch]', 'include/**/*.h'], { cwd: CORE }).toSorted()
const HEADERS = /^(?:"internal\.h"|<(?:ioconnect\/\w+\.h|psa\/crypto\.h|string\.h|stdbool\.h|stddef\.h|stdint\.h)>)$/

test.each(SOURCES)('%s includes nothing else', (path) => {
  const text = readFileSync(join(CORE, path), 'utf8')
  const included = [...text.matchAll(/^#\s*include\s+(.*)$/gm)].map(([, header]) => header!)
  for (const header of included) expect(header).toMatch(HEADERS)
})

test.skipIf(skipReason('what the C core links to'))(
  'links to PSA and the memory functions alone, and has no variables',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'iotex2-core-'))
    try {
      const object = join(directory, 'core.o')
      const sources = SOURCES.filter((path) => path.endsWith('.c'))
      for (const source of sources)
        execFileSync(
          'gcc',
          [...WARNINGS, '-O2', '-Iinclude', '-c', source, '-o', join(directory, source.replace('/', '-'))],
          { cwd: CORE },
        )
      const objects = sources.map((source) => join(directory, source.replace('/', '-')))
      execFileSync('ld', ['-r', '-o', object, ...objects])
      const symbols = execFileSync('nm', [object], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((line) => /([A-Za-z]) (\S+)$/.exec(line)!)
      const undefinedSymbols = symbols.filter(([, kind]) => kind === 'U').map(([, , name]) => name!)
      expect(
        undefinedSymbols.filter(
          (name) => !/^(?:psa_\w+|mem\w+|str\w+|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/.test(name),
        ),
      ).toEqual([])
      expect(undefinedSymbols).toContain('psa_sign_hash')
      expect(symbols.filter(([, kind]) => /[bBcC]/.test(kind!)).map(([, , name]) => name)).toEqual([])
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
)
