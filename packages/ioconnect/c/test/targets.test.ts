/**
 * Generated projects for what cannot be built here: compiled for rv32imc against headers of our own that declare what the
 * platforms' documentation does, and checked for what a build system looks for. That they run, nothing here says.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { afterAll, describe, expect, test } from 'vitest'
import { parseSimulatorConfig } from '../../src/config.ts'
import { parseProfileFile } from '../../src/generator/profile-file.ts'
import { generateProject, TARGET_NAMES, type TargetName } from '../../src/generator/project.ts'
import { writeProject } from '../../src/generator/write.ts'
import { CORE } from './toolchain.ts'

const COMPILER = 'riscv64-unknown-elf'
const FLAGS = ['-march=rv32imc', '-mabi=ilp32', '--specs=picolibc.specs', '-Os', '-Wall', '-Wextra', '-Werror']
const STATION = readFileSync(join(CORE, '../examples/station.profile.yaml'), 'utf8')
const station = parseProfileFile(STATION, 'station.profile.yaml')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-targets-'))
afterAll(() => rmSync(directory, { recursive: true }))

// PSA's header alone, and not the string.h that lies beside it.
mkdirSync(join(directory, 'include'))
symlinkSync(join(CORE, 'wasm/include/psa'), join(directory, 'include/psa'))

function missingCompiler(): string | undefined {
  try {
    for (const tool of ['gcc', 'g++', 'ld']) execFileSync(`${COMPILER}-${tool}`, ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    const missing = 'gcc-riscv64-unknown-elf is not installed'
    process.stderr.write(`skipped: firmware for chips: ${missing}\n`)
    return missing
  }
}

/** What the stubs declare: whatever else a firmware calls is nobody's. */
const declared = (stubs: readonly string[]): string =>
  stubs
    .flatMap((name) => globSync(`platforms/stubs/${name}/**/*.h`, { cwd: CORE }))
    .map((path) => readFileSync(join(CORE, path), 'utf8'))
    .join('\n')

/** Of the C library and the compiler. */
const LIBRARY = /^(?:mem\w+|str\w+|snprintf|gettimeofday|psa_\w+|__\w+|_Z\w+|_GLOBAL_OFFSET_TABLE_|Serial|WiFi)$/

interface Firmware {
  stubs: readonly string[]
  include: readonly string[]
  /** What the build system compiles. */
  sources: (files: readonly string[], project: string) => string[]
  /** Files that the build system or its users look for. */
  needs: readonly string[]
}

/** Sources that CMake files name, each relative to its own. */
const ofCmake =
  (...lists: string[]) =>
  (_files: readonly string[], project: string): string[] =>
    lists.flatMap((list) => {
      const text = readFileSync(join(project, list), 'utf8')
      return [...text.matchAll(/[\w/-]+\.c\b/g)].map(([name]) => join(list, '..', name))
    })

const espIdf: Firmware = {
  stubs: ['esp-idf'],
  include: ['main', 'components/ioconnect/include'],
  sources: ofCmake('main/CMakeLists.txt', 'components/ioconnect/CMakeLists.txt'),
  needs: [
    'CMakeLists.txt',
    'main/CMakeLists.txt',
    'main/idf_component.yml',
    'components/ioconnect/Kconfig',
    'components/ioconnect/idf_component.yml',
    'sdkconfig.defaults',
    'sdkconfig.secure',
    'partitions.csv',
  ],
}

const FIRMWARE: Partial<Record<TargetName, Firmware>> = {
  'esp-idf': espIdf,
  platformio: { ...espIdf, needs: [...espIdf.needs, 'platformio.ini'] },
  arduino: {
    stubs: ['esp-idf', 'arduino'],
    include: ['libraries/ioconnect/src', 'station'],
    // All of a library's src and of a sketch, as the IDE does.
    sources: (files) => files.filter((path) => /\.(?:c|cpp|ino)$/.test(path)),
    needs: [
      'station/station.ino',
      'station/partitions.csv',
      'libraries/ioconnect/library.properties',
      'libraries/ioconnect/keywords.txt',
      'libraries/ioconnect/src/IoConnect.h',
    ],
  },
  stm32: {
    stubs: ['stm32'],
    include: ['ioconnect/include', 'ioconnect/platform', 'ioconnect/app'],
    sources: ofCmake('ioconnect/CMakeLists.txt'),
    needs: ['ioconnect/CMakeLists.txt', 'ioconnect/app/authorities.c', 'ioconnect/include/lwipopts-ioconnect.h'],
  },
}

/** MQTT, and the largest messages: what fits for them fits for all. */
const profiles: Record<string, Profile> = {
  station,
  full: parseProfile({
    ...station,
    fields: station.fields.map((field, i) => ({ ...field, name: `field${i}IsOfTheLongestNameHere0000`.slice(0, 32) })),
    device: {
      ...station.device,
      projects: ['1', '2', '9223372036854775807'],
      signedKeys: ['time'],
      batching: { readings: 4, window: 2, queueKiB: 896 },
      gateways: Array.from({ length: 4 }, (_, i) => `mqtts://gateway${i}.example`),
    },
  }),
}

describe.skipIf(missingCompiler()).each(Object.entries(FIRMWARE))('%s', (name, { stubs, include, sources, needs }) => {
  // Every target takes what is largest or an example; one of them takes both.
  test.each(name === 'esp-idf' ? ['full', 'station'] : [name === 'arduino' ? 'station' : 'full'])(
    '%s compiles, links to what its platform declares, and lacks no file',
    async (which) => {
      const project = join(directory, name, which)
      const files = generateProject(profiles[which]!, name as TargetName)
      await writeProject(project, files)
      for (const path of needs) expect(Object.keys(files)).toContain(path)
      const compiled = sources(Object.keys(files), project)
      expect(new Set(compiled).size).toBe(compiled.length)
      // No source is left out of the lists, and none is listed that is not there.
      expect(compiled.toSorted()).toEqual(
        Object.keys(files)
          .filter((path) => /\.(?:c|cpp|ino)$/.test(path))
          .toSorted(),
      )
      const headers = [
        ...include.map((path) => join(project, path)),
        ...stubs.map((stub) => join(CORE, 'platforms/stubs', stub)),
      ]
      const objects = compiled.map((path, i) => {
        const object = join(project, `${i}.o`)
        const [compiler, language] = path.endsWith('.c')
          ? ['gcc', ['-std=gnu11', '-Wno-attributes']]
          : ['g++', ['-std=gnu++17', '-fno-exceptions', '-fno-rtti', '-Wno-attributes', '-x', 'c++']]
        const prelude = path.endsWith('.ino') ? ['-include', 'Arduino.h'] : []
        execFileSync(
          `${COMPILER}-${compiler}`,
          [
            ...FLAGS,
            ...(language as string[]),
            ...prelude,
            ...[...headers, join(directory, 'include')].map((path) => `-I${path}`),
            '-c',
            join(project, path),
            '-o',
            object,
          ],
          { stdio: ['ignore', 'inherit', 'inherit'] },
        )
        return object
      })
      execFileSync(`${COMPILER}-ld`, ['-m', 'elf32lriscv', '-r', ...objects, '-o', join(project, 'all.o')])
      const missing = execFileSync(`${COMPILER}-nm`, ['-u', join(project, 'all.o')], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().split(' ').at(-1)!)
        .filter((symbol) => symbol && !LIBRARY.test(symbol))
      const known = declared(stubs)
      expect(missing.filter((symbol) => !new RegExp(`\\b${symbol}\\b`).test(known))).toEqual(
        name === 'stm32' ? ['hrng', 'huart3'] : [],
      )
      // Entry points that the platform calls.
      const defined = execFileSync(`${COMPILER}-nm`, ['--defined-only', join(project, 'all.o')], { encoding: 'utf8' })
      expect(defined).toMatch({ arduino: / T _Z4loopv\n/, stm32: / T ioconnect_process\n/ }[name] ?? / T app_main\n/)
    },
    60_000,
  )
})

test('partitions of 4 MiB do not overlap, and there are two for firmware', () => {
  const text = generateProject(profiles.full!, 'esp-idf')['partitions.csv']!
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.trim()))
  let end = 0x9000
  for (const [, , , offset, size] of rows) {
    expect(Number(offset)).toBeGreaterThanOrEqual(end)
    end = Number(offset) + Number(size)
  }
  expect(end).toBeLessThanOrEqual(4 * 1024 * 1024)
  expect(
    rows.filter(([, type]) => type === 'app').map(([name, , , offset]) => [name, Number(offset) % 0x10000]),
  ).toEqual([
    ['ota_0', 0],
    ['ota_1', 0],
  ])
})

test('the simulator takes what is made for it', () => {
  const files = generateProject(station, 'sim')
  expect(parseSimulatorConfig(JSON.parse(files['simulator.json']!)).profile).toBe('profile.json')
  expect(parseProfile(JSON.parse(files['profile.json']!))).toEqual(station)
})

test.each(TARGET_NAMES)('%s: the same profile gives the same bytes, and no path of this machine', (target) => {
  const files = generateProject(station, target)
  expect(generateProject(structuredClone(station), target)).toEqual(files)
  for (const text of Object.values(files)) expect(text.includes(CORE)).toBe(false)
})

test.each([
  ['stm32', { transport: 'http', gateways: ['https://a.example'] }, 'TRANSPORT_UNSUPPORTED'],
  ['stm32', { batching: { queueKiB: 1024 } }, 'QUEUE_TOO_LARGE'],
  ['esp-idf', { batching: { queueKiB: 904 } }, 'QUEUE_TOO_LARGE'],
  ['arduino', { batching: { queueKiB: 904 } }, 'QUEUE_TOO_LARGE'],
] as const)('%s with %j is refused: %s', (target, device, code) => {
  const profile = parseProfile({ ...station, device: { ...station.device, ...device } })
  expect(() => generateProject(profile, target)).toThrow(expect.objectContaining({ code }))
})

test.each(['task-request', 'app', 'store', 'linux'])(
  'a profile %s, whose C would be the core’s or a layer’s, is refused',
  (name) => {
    const profile = parseProfile({ ...station, name })
    expect(() => generateProject(profile, 'linux')).toThrow(expect.objectContaining({ code: 'PROFILE_NAME_TAKEN' }))
  },
)

test.each(['linux', 'esp32', 'stm32', 'arduino'])('the layer of %s has 500 lines at most, headers too', (layer) => {
  const files = globSync(`platforms/${layer}/*.{c,h,cpp,ino}`, { cwd: CORE })
  // The entry, and what a maker fills in, are no part of it.
  const own = files.filter((path) => /^(?:ioc_|IoConnect)/.test(basename(path)) && !path.endsWith('_board.h'))
  const lines = own.map((path) => readFileSync(join(CORE, path), 'utf8').trimEnd().split('\n').length)
  expect(own.length).toBeGreaterThan(1)
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(500)
})

test('the library of PlatformIO and of Arduino says what they ask for', () => {
  const library = JSON.parse(readFileSync(join(CORE, 'library.json'), 'utf8'))
  expect(library).toMatchObject({ name: 'ioconnect', build: { includeDir: 'include', srcDir: 'src' } })
  const properties = readFileSync(join(CORE, 'platforms/arduino/library.properties'), 'utf8')
  for (const key of [
    'name',
    'version',
    'author',
    'maintainer',
    'sentence',
    'paragraph',
    'category',
    'url',
    'architectures',
    'includes',
  ])
    expect(properties).toMatch(new RegExp(`^${key}=.`, 'm'))
  expect(properties).toContain(`version=${library.version}\n`)
  for (const line of readFileSync(join(CORE, 'platforms/arduino/keywords.txt'), 'utf8').trim().split('\n'))
    expect(line).toMatch(/^\w+\tKEYWORD[12]$/)
})
