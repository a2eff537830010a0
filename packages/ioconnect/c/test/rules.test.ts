/** What the core may use of its platform (ADR 70): PSA, the compiler's own headers and string.h. No heap, no state, no input or output. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CORE, skipReason, WARNINGS } from './toolchain.ts'

const SOURCES = globSync(['src/*.[ch]', 'include/**/*.h'], { cwd: CORE }).toSorted()
const HEADERS =
  /^(?:"internal\.h"|<(?:ioconnect\/\w+\.h|psa\/crypto\.h|string\.h|stdarg\.h|stdbool\.h|stddef\.h|stdint\.h)>)$/

test.each(SOURCES)('%s includes nothing else', (path) => {
  const text = readFileSync(join(CORE, path), 'utf8')
  const included = [...text.matchAll(/^#\s*include\s+(.*)$/gm)].map(([, header]) => header!)
  for (const header of included) expect(header).toMatch(HEADERS)
})

test.each(globSync('*/platform.c', { cwd: CORE }))('%s has 500 lines at most', (path) => {
  expect(readFileSync(join(CORE, path), 'utf8').split('\n').length).toBeLessThanOrEqual(500)
})

test.skipIf(skipReason('our header of PSA beside mbedTLS’s'))('our header of PSA has the values of mbedTLS’s', () => {
  // Whatever our header defines without arguments, and the algorithms that the core makes with arguments.
  const header = readFileSync(join(CORE, 'wasm/include/psa/crypto.h'), 'utf8')
  const names = [...header.matchAll(/^#define (PSA_(?:ERROR|ALG|KEY_TYPE|KEY_USAGE|ECC_FAMILY)_\w+) /gm)].map(
    ([, name]) => name!,
  )
  const made = [
    'PSA_ALG_TRUNCATED_MAC(PSA_ALG_HMAC(PSA_ALG_SHA_512), 32)',
    'PSA_ALG_ECDSA(PSA_ALG_SHA_256)',
    'PSA_ALG_ECDSA(PSA_ALG_ANY_HASH)',
    'PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256)',
    'PSA_ALG_IS_DETERMINISTIC_ECDSA(PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256)) != 0',
    'PSA_ALG_IS_DETERMINISTIC_ECDSA(PSA_ALG_ECDSA(PSA_ALG_SHA_256)) != 0',
    'PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_K1)',
    'PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1)',
    'PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY))',
  ]
  expect(names.length).toBeGreaterThan(30)
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-psa-'))
  try {
    const lines = [...names, ...made].map((value) => `printf("%s %lld\\n", "${value}", (long long)(${value}));`)
    const source = join(directory, 'values.c')
    writeFileSync(
      source,
      `#include <psa/crypto.h>\n#include <stdio.h>\nint main(void) { ${lines.join('\n')} return 0; }\n`,
    )
    const valuesOf = (include: string[]) => {
      execFileSync('gcc', [...include, '-w', source, '-o', join(directory, 'values')])
      return execFileSync(join(directory, 'values'), { encoding: 'utf8' })
    }
    expect(valuesOf([`-I${join(CORE, 'wasm/include')}`])).toBe(valuesOf([]))
  } finally {
    rmSync(directory, { recursive: true })
  }
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
