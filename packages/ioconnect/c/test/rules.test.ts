/** What the core may use of its platform (ADR 70): PSA, the compiler's own headers and string.h. No heap, no state, no input or output. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CORE, skipReason, WARNINGS } from './toolchain.ts'

const SOURCES = globSync(['src/*.[ch]', 'include/**/*.h'], { cwd: CORE }).toSorted()
const HEADERS =
  /^(?:"(?:internal|residue|poseidon_matrices)\.h"|<(?:ioconnect\/\w+\.h|psa\/crypto\.h|string\.h|stdarg\.h|stdbool\.h|stddef\.h|stdint\.h)>)$/

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

/** What a conversion of ioc_write_format takes: the compiler knows the type of an argument, and nothing of the format. */
const TAKES: Record<string, string> = {
  t: 'const char *: 0, char *: 0',
  u: 'uint64_t: 0',
  ...Object.fromEntries(['s', 'r', 'x', 'b'].map((conversion) => [conversion, 'ioc_slice_t: 0'])),
}

/** Returns where the arguments end that begin at `from`, and the arguments. */
function readArguments(text: string, from: number): { end: number; parts: string[] } {
  const parts = ['']
  let depth = 0
  for (let at = from; ; at++) {
    const [token] = /^(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\s\S])/.exec(text.slice(at))!
    if (token === ')' && depth === 0) return { end: at + 1, parts: parts.map((part) => part.trim()) }
    if (token === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += token
    if (/^[([{]$/.test(token)) depth++
    if (/^[)\]}]$/.test(token)) depth--
    at += token.length - 1
  }
}

/** Returns `source` with each call of ioc_write_format replaced by what compiles where its arguments are of the format's types. */
function checkFormats(source: string): { text: string; calls: number } {
  let text = ''
  let calls = 0
  let at = 0
  for (const { index, 0: call } of source.matchAll(/\bioc_write_format\(/g)) {
    const { end, parts } = readArguments(source, index + call.length)
    const [writer, format, ...values] = parts
    if (format!.startsWith('const char *')) continue
    calls++
    const literals = [...format!.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, literal]) => literal!)
    // A format is there to be read: literals alone.
    expect(format!.replace(/"(?:\\.|[^"\\])*"/g, '').trim(), format).toBe('')
    const conversions = [...literals.join('').matchAll(/%(.?)/g)].map(([, conversion]) => conversion!)
    expect(values.length, `arguments of ${format}`).toBe(conversions.length)
    const checks = conversions.map((conversion, i) => {
      expect(Object.keys(TAKES), `conversions of ${format}`).toContain(conversion)
      return `(void)_Generic((${values[i]}), ${TAKES[conversion]})`
    })
    text += `${source.slice(at, index)}((void)(${writer})${checks.map((check) => `, ${check}`).join('')})`
    at = end
  }
  return { text: text + source.slice(at), calls }
}

describe.skipIf(skipReason('arguments of ioc_write_format'))('ioc_write_format', () => {
  const compile = (text: string) =>
    execFileSync('gcc', ['-std=c11', '-Wall', '-Wno-unused', '-Isrc', '-Iinclude', '-fsyntax-only', '-x', 'c', '-'], {
      cwd: CORE,
      input: text,
      stdio: 'pipe',
    })

  test.each(SOURCES.filter((path) => path.endsWith('.c')))('of %s has arguments of its conversions', (path) => {
    compile(checkFormats(readFileSync(join(CORE, path), 'utf8')).text)
  })

  test('every call was read', () => {
    const sources = SOURCES.filter((path) => path.endsWith('.c')).map((path) => readFileSync(join(CORE, path), 'utf8'))
    const calls = sources.reduce((sum, source) => sum + checkFormats(source).calls, 0)
    // Beside the calls there is the definition.
    expect(calls).toBe(sources.join('').split('ioc_write_format(').length - 2)
    expect(calls).toBeGreaterThan(40)
  })

  test.each([
    ['"%u", 1', 'an int'],
    ['"%u", "a"', 'a text for a number'],
    ['"%s", "a"', 'a text for a slice'],
    ['"%t", slice', 'a slice for a text'],
    ['"%x", (uint64_t)1', 'a number for a slice'],
  ])('%s is refused: %s', (values) => {
    const source = `#include "internal.h"\nvoid f(ioc_writer_t *w, ioc_slice_t slice) { (void)slice; ioc_write_format(w, ${values}); }\n`
    expect(() => compile(checkFormats(source).text)).toThrow('_Generic')
  })

  test.each(['"%u"', '"%u%u", (uint64_t)1', '"a", slice', '"%q", slice'])('%s is refused', (values) => {
    expect(() => checkFormats(`ioc_write_format(w, ${values});`)).toThrow()
  })
})
