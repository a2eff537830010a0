/**
 * Compiles the engine: kernels.ts writes the field kernels, layout.ts the constants, assembly/ holds the rest. The bytes
 * depend on these sources and the pinned compiler alone.
 * @module
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { kernelSource } from './kernels.ts'
import { ADDRESS, CONSTANT, ELEMENT_BYTES, QUAD_BYTES, SCRATCH, SLAB } from './layout.ts'

const ASSEMBLY = fileURLToPath(new URL('./assembly/', import.meta.url))
const ENTRY = 'engine.ts'
/** Pages of 64 KiB; the maximum is what 32 bits address. */
const MAXIMUM_PAGES = 65536

function layoutSource(): string {
  const constants: Record<string, number> = {
    ELEMENT: ELEMENT_BYTES,
    QUAD: QUAD_BYTES,
    BASE_FIELD: ADDRESS.BASE_FIELD,
    SCALAR_FIELD: ADDRESS.SCALAR_FIELD,
    FILLER: ADDRESS.FILLER,
    LATTICE: ADDRESS.LATTICE,
    SLAB,
    ...Object.fromEntries(Object.entries(CONSTANT).map(([name, index]) => [`CONSTANT_${name}`, 16 * index])),
    ...Object.fromEntries(Object.entries(SCRATCH).map(([name, offset]) => [`SCRATCH_${name}`, offset])),
  }
  const lines = Object.entries(constants).map(([name, value]) => `export const ${name}: usize = ${value}`)
  return `// Generated from packages/msm/wasm/layout.ts. Do not edit.\n${lines.join('\n')}\nexport const MASK13: i32 = 0x1fff\n`
}

/** Returns the module's bytes; its memory is imported and shared. Throws where the compiler complains. */
export async function compileEngine(): Promise<Uint8Array> {
  const generated: Record<string, string> = { 'kernels.ts': kernelSource(), 'layout.ts': layoutSource() }
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      ENTRY,
      ...['--outFile', 'engine.wasm', '--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd,threads'],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', String(MAXIMUM_PAGES)],
    ],
    {
      readFile: (name) => {
        if (name in generated) return generated[name]!
        try {
          return readFileSync(`${ASSEMBLY}${name}`, 'utf8')
        } catch {
          return null
        }
      },
      writeFile: (_name, contents) => {
        binary = contents as Uint8Array
      },
      listFiles: () => [],
    },
  )
  if (error || !binary) throw new SyntaxError(`The engine does not compile:\n${stderr.toString()}`)
  return binary
}
