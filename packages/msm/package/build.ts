/**
 * `pnpm --filter @iotex2/msm build`: writes the package as it is published to packages/msm/dist: JavaScript and declarations,
 * for Node and for bundlers, with a package.json of its own.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const OWN = fileURLToPath(new URL('../', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const DIST = `${OWN}dist`
const TSC = createRequire(`${ROOT}package.json`)
  .resolve('typescript/package.json')
  .replace(/package\.json$/, 'bin/tsc')

/** What bundlers and Node find a thread's script by is no import, so the compiler leaves it as it is. */
const WORKER = /new URL\('\.\/worker\.ts', import\.meta\.url\)/g
/** Returns where the package was written. */
export function buildPackage(): string {
  rmSync(DIST, { recursive: true, force: true })
  execFileSync(process.execPath, [TSC, '-p', `${OWN}package/tsconfig.json`, '--outDir', DIST], { stdio: 'inherit' })
  nameWorkers()
  const { exports, ...own } = JSON.parse(readFileSync(`${OWN}package.json`, 'utf8'))
  const manifest = {
    name: own.name,
    version: own.version,
    description: own.description,
    keywords: own.keywords,
    license: own.license,
    type: 'module',
    engines: own.engines,
    sideEffects: ['./src/worker.js'],
    exports: Object.fromEntries(
      Object.entries<string>(exports).map(([name, source]) => {
        const built = source.replace(/\.ts$/, '')
        return [name, { types: `${built}.d.ts`, default: `${built}.js` }]
      }),
    ),
  }
  writeFileSync(`${DIST}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  copyFileSync(`${OWN}README.md`, `${DIST}/README.md`)
  copyFileSync(`${ROOT}LICENSE`, `${DIST}/LICENSE`)
  return DIST
}

/** Names the thread's script as it is called now, in both places: for Node and for browsers. */
function nameWorkers(): void {
  const path = `${DIST}/src/threads.js`
  const parts = readFileSync(path, 'utf8').split(WORKER)
  if (parts.length !== 3) throw new RangeError(`threads.js names its worker ${parts.length - 1} times, not twice.`)
  writeFileSync(path, parts.join("new URL('./worker.js', import.meta.url)"))
}

if (import.meta.main) process.stdout.write(`${buildPackage()}\n`)
