/**
 * The package as a stranger gets it: packed, installed into an empty directory, imported by plain Node and by a bundler.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { G1_GENERATOR, multiplyPoint } from '../reference/curve.ts'
import { buildPackage } from './build.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
const TSC = createRequire(`${ROOT}/package.json`)
  .resolve('typescript/package.json')
  .replace(/package\.json$/, 'bin/tsc')

let directory: string
let packed: { files: { path: string }[] }
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-package-'))
  const { stdout } = await run('npm', ['pack', buildPackage(), '--json', '--pack-destination', directory], {
    cwd: directory,
  })
  packed = JSON.parse(stdout)[0]
  const [archive] = (await readdir(directory)).filter((name) => name.endsWith('.tgz'))
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  // Nothing is fetched: there is nothing that it depends on.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${archive}`], { cwd: directory })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** The README's example, with each number of threads. */
async function example(threads: number): Promise<string> {
  const readme = await readFile(join(directory, 'node_modules/@iotex2/msm/README.md'), 'utf8')
  const [, code] = /```js\n(.*?)```/s.exec(readme)!
  return code!
    .replace('threads: 2', `threads: ${threads}`)
    .replace(/console\.log\((.*)\) \/\/.*/, 'export const sum = $1')
}
const RESULT = `console.log(String(sum.x[0]), String(sum.y[0]))`
const expected = multiplyPoint(G1_GENERATOR, 7n)!

test('holds JavaScript and declarations, no source and no test', () => {
  const paths = packed.files.map(({ path }) => path)
  expect(paths).toContain('src/engine.js')
  expect(paths).toContain('src/engine.d.ts')
  expect(paths).toContain('src/worker.js')
  expect(paths).toContain('LICENSE')
  expect(paths.filter((path) => /(?<!\.d)\.ts$|\.test\.|\.fixture\.|assembly/.test(path))).toEqual([])
})

test('has no dependency', async () => {
  const manifest = JSON.parse(await readFile(join(directory, 'node_modules/@iotex2/msm/package.json'), 'utf8'))
  for (const kind of ['dependencies', 'peerDependencies', 'devDependencies', 'scripts'])
    expect(manifest[kind]).toBeUndefined()
  expect(await readdir(join(directory, 'node_modules/@iotex2'))).toEqual(['msm'])
})

test.each([1, 2])(
  'the example of its README runs in plain Node, on %i threads, and the process ends',
  async (threads) => {
    const file = join(directory, `example-${threads}.js`)
    await writeFile(file, `${await example(threads)}\n${RESULT}\n`)
    const { stdout } = await run(process.execPath, [file], { cwd: directory, timeout: 20_000 })
    expect(stdout.trim()).toBe(`${expected.x[0]} ${expected.y[0]}`)
  },
)

test("a stranger's TypeScript takes its declarations, and refuses what they do not allow", async () => {
  const check = async (name: string, code: string) => {
    await writeFile(join(directory, name), code)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom']
    return run(process.execPath, [TSC, ...options, '--types', '', name], { cwd: directory }).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    )
  }
  const imports = `import { openEngine } from '@iotex2/msm/engine'\nimport { MsmError } from '@iotex2/msm/errors'\n`
  const use = `const engine = await openEngine({ threads: 1 })\nexport const n: number = engine.threads\nexport { MsmError }\n`
  expect(await check('good.ts', imports + use)).toBe('')
  expect(await check('bad.ts', imports + use.replace('threads: 1', "threads: 'one'"))).toContain('bad.ts')
})

test('a bundler takes it, thread and all', async () => {
  await writeFile(join(directory, 'index.html'), '<script type="module" src="./page.js"></script>')
  await writeFile(
    join(directory, 'page.js'),
    `import { openEngine } from '@iotex2/msm/engine'\nglobalThis.openEngine = openEngine\n`,
  )
  const vite = createRequire(`${ROOT}/packages/explorer/package.json`)
    .resolve('vite/package.json')
    .replace(/package\.json$/, 'bin/vite.js')
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: directory })
  const assets = await readdir(join(directory, 'dist/assets'))
  expect(assets.filter((name) => /^worker-.*\.js$/.test(name))).toHaveLength(1)
})
