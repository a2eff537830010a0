/**
 * A project that a maker flashes, from a profile: the core, a platform layer, and what the profile decides. The same
 * profile gives the same bytes.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import type { Profile } from '@iotex2/protocol/profile'
import { appHeader, appSource, type DeviceProfile, sensorsHeader, sensorsSource } from './app-c.ts'
import { declaredNames, messageHeader, messageSource } from './message-c.ts'
import { messagePrefix } from './names.ts'
import { releaseHeader } from './release-c.ts'
import { schemaFiles } from './schema.ts'
import { arduino } from './targets/arduino.ts'
import { espIdf } from './targets/esp-idf.ts'
import { linux } from './targets/linux.ts'
import { platformio } from './targets/platformio.ts'
import { sim } from './targets/sim.ts'
import { stm32 } from './targets/stm32.ts'

/** Files of a project by their paths in it. */
export type ProjectFiles = Record<string, string>

/** Where a target puts what every firmware has. */
export interface Places {
  /** The core's headers are in `ioconnect/` here. */
  include: string
  /** The core's sources. */
  core: string
  /** The layer's files and the app's frame. */
  platform: string
  /** What is generated, and the sensors. */
  app: string
}

export interface Target {
  /** Undefined where no C is compiled. */
  places?: (profile: DeviceProfile) => Places
  /** Directory of the layer in c/platforms. */
  layer?: string
  /** Whether the layer needs a key-value store of ours (ioc_store.h). */
  store?: true
  /** The rest: build files, the entry, a README. `read` gives a file of c/platforms. */
  files: (profile: DeviceProfile, read: (path: string) => string) => ProjectFiles
}

const TARGETS = { 'esp-idf': espIdf, arduino, platformio, linux, stm32, sim } satisfies Record<string, Target>
export type TargetName = keyof typeof TARGETS
export const TARGET_NAMES = Object.keys(TARGETS) as TargetName[]

/** Thrown when a profile makes no firmware. Codes DEVICE_MISSING, PROFILE_NAME_TAKEN, QUEUE_TOO_LARGE, TRANSPORT_UNSUPPORTED. */
export class GeneratorError extends CodedError {}

const C = resolve(import.meta.dirname, '../../c')
const read = (...path: string[]): string => readFileSync(join(C, ...path), 'utf8')

/** Names of the core's sources that are compiled. */
export const coreSources = (): string[] => globSync('*.c', { cwd: join(C, 'src') }).toSorted()

/** Names that the headers of the core and of the layers declare. */
const takenNames = (): Set<string> =>
  new Set(
    globSync(['include/ioconnect/*.h', 'platforms/*/ioc_*.h'], { cwd: C }).flatMap((path) =>
      [...read(path).matchAll(/\b(?:ioc|IOC)_\w+/g)].map(([name]) => name),
    ),
  )

/** Returns the project of a profile for a target. Throws {@link GeneratorError}. */
export function generateProject(profile: Profile, name: TargetName): ProjectFiles {
  const target: Target = TARGETS[name]
  if (!isDeviceProfile(profile))
    throw new GeneratorError(
      'DEVICE_MISSING',
      `Profile ${profile.name} has no member device, which says where readings go: see docs/device-maker.md.`,
    )
  const files: ProjectFiles = { 'profile.json': `${JSON.stringify(profile, null, 2)}\n` }
  for (const [file, text] of Object.entries(schemaFiles(profile))) files[`schema/${file}`] = text
  const { layer } = target
  if (layer) Object.assign(files, firmwareFiles(profile, target, layer))
  Object.assign(
    files,
    target.files(profile, (path) => read('platforms', path)),
  )
  return Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const isDeviceProfile = (profile: Profile): profile is DeviceProfile => profile.device !== undefined

/** The layer's files that are compiled, and not a target's entry or build files. */
const isOfLayer = (path: string): boolean => /\/ioc_\w+\.(?:c|h|cpp)$/.test(path)

function firmwareFiles(profile: DeviceProfile, target: Target, layer: string): ProjectFiles {
  const places = target.places!(profile)
  const prefix = messagePrefix(profile.name)
  const known = takenNames()
  const own = new Set(declaredNames(profile).filter((name) => name.toLowerCase().startsWith(`${prefix}_`)))
  for (const name of own)
    if (known.has(name))
      throw new GeneratorError(
        'PROFILE_NAME_TAKEN',
        `${name} is taken by the core or a layer: give profile ${profile.name} another name.`,
      )
  const files: ProjectFiles = {
    [`${places.app}/${prefix}.h`]: messageHeader(profile),
    [`${places.app}/${prefix}.c`]: messageSource(profile),
    [`${places.app}/app.h`]: appHeader(profile),
    [`${places.app}/app.c`]: appSource(profile),
    [`${places.app}/sensors.h`]: sensorsHeader(profile),
    [`${places.app}/sensors.c`]: sensorsSource(profile),
  }
  for (const path of globSync('include/ioconnect/*.h', { cwd: C }))
    files[`${places.include}/${path.slice('include/'.length)}`] = read(path)
  for (const path of globSync('src/*.[ch]', { cwd: C }))
    files[`${places.core}/${path.slice('src/'.length)}`] = read(path)
  for (const path of globSync(['app/*', `${layer}/*`], { cwd: join(C, 'platforms') }))
    if (isOfLayer(path) && (target.store || !path.includes('ioc_store')))
      files[`${places.platform}/${path.split('/')[1]}`] = read('platforms', path)
  const release = releaseHeader(profile)
  if (release) {
    files[`${places.app}/release.h`] = release
    for (const path of globSync(`ota/ioc_slots_${layer}.[ch]`, { cwd: join(C, 'platforms') }))
      files[`${places.platform}/${path.split('/')[1]}`] = read('platforms', path)
  }
  return files
}
