/**
 * Firmware by the air on Linux, with real programs in real files: a launcher starts what is in a slot, that installs the
 * next, and is killed before and after everything that it makes durable. ESP32's slots are compiled.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageFacts, signFirmware } from '../../src/firmware.ts'
import { CORE, runs, skipReason, WARNINGS } from './toolchain.ts'

const NOW = 1_800_000_000
const release = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { x, y } = release.publicKey.export({ format: 'jwk' }) as { x: string; y: string }
const KEY = JSON.stringify({ kty: 'EC', crv: 'P-256', x, y })

/**
 * A firmware. Says which it is and whether it is on trial; installs what lies in its directory as `next` where there is a
 * `manifest`; confirms itself unless it is built to be bad. KILL=n: dies at the n-th step of what is durable.
 */
const FIRMWARE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <ioc_slots_linux.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static ioc_slots_t real;
static long kill_at = -1;
static void step(void) { if (kill_at >= 0 && kill_at-- == 0) raise(SIGKILL); }
#define HOOK(name, parameters, arguments) \\
    static ioc_status_t hook_##name parameters { \\
        step(); const ioc_status_t status = real.name arguments; step(); return status; }
HOOK(write, (void *c, uint32_t o, const uint8_t *b, size_t l), (c, o, b, l))
HOOK(activate, (void *c), (c))
HOOK(confirm, (void *c), (c))
HOOK(store, (void *c, ioc_slice_t r), (c, r))
static int fail(ioc_status_t status) { printf("%s\\n", ioc_status_name(status)); return 1; }
int main(int count, char **words) {
    static uint8_t bytes[4096], scratch[4096];
    static ioc_ota_t ota;
    ioc_public_key_t key;
    uint8_t target[32];
    const int directory = count > 1 ? open(words[1], O_RDONLY | O_DIRECTORY) : -1;
    if (directory < 0 || psa_crypto_init() != PSA_SUCCESS) return 2;
    if (count > 2) kill_at = atol(words[2]);
    memset(target, 7, sizeof target);
    ioc_status_t status = ioc_read_jwk(IOC_TEXT(KEY), &key);
    if (status == IOC_OK) status = ioc_slots_linux(&real, directory, 16 << 20);
    if (status != IOC_OK) return fail(status);
    ioc_slots_t slots = real;
    slots.write = hook_write; slots.activate = hook_activate; slots.confirm = hook_confirm; slots.store = hook_store;
    status = ioc_ota_open(&ota, &slots, &key, target, 1);
    if (status != IOC_OK) return fail(status);
    printf("%s %s %llu\\n", VERSION, ioc_ota_on_trial(&ota) ? "trial" : "stays", (unsigned long long)ota.installed);
    fflush(stdout);
    if (ioc_ota_on_trial(&ota)) {
        if (BAD) raise(SIGSEGV);
        return (status = ioc_ota_confirm(&ota)) == IOC_OK ? 0 : fail(status);
    }
    const int manifest = openat(directory, "manifest", O_RDONLY), next = openat(directory, "next", O_RDONLY);
    if (manifest < 0 || next < 0) return 0;
    const ssize_t length = read(manifest, bytes, sizeof bytes);
    if (length < 0) return 2;
    status = ioc_ota_begin(&ota, ioc_slice(bytes, (size_t)length), ${NOW}, scratch, sizeof scratch);
    if (status != IOC_OK) return fail(status);
    for (ssize_t part; (part = pread(next, bytes, sizeof bytes, ota.offset)) > 0;) {
        status = ioc_ota_write(&ota, ota.offset, ioc_slice(bytes, (size_t)part));
        if (status != IOC_OK) return fail(status);
    }
    return (status = ioc_ota_finish(&ota)) == IOC_OK ? 0 : fail(status);
}
`

describe.skipIf(skipReason('firmware slots of Linux'))('slots of Linux', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-slots-'))
  const launcher = join(directory, 'launch')
  const program = (name: string) => join(directory, name)
  beforeAll(() => {
    const objects = join(directory, 'objects')
    mkdirSync(objects)
    writeFileSync(join(directory, 'firmware.c'), FIRMWARE)
    const include = [`-I${join(CORE, 'include')}`, `-I${join(CORE, 'platforms/ota')}`]
    const layer = join(CORE, 'platforms/ota/ioc_slots_linux.c')
    const sources = globSync('src/*.c', { cwd: CORE }).map((path) => join(CORE, path))
    execFileSync('gcc', ['-O1', '-c', ...include, ...sources], { cwd: objects })
    execFileSync('ar', ['rcs', join(directory, 'core.a'), ...globSync('*.o', { cwd: objects })], { cwd: objects })
    const build = (out: string, source: string, ...flags: string[]) =>
      execFileSync(
        'gcc',
        [...WARNINGS, '-O1', ...flags, ...include, source, layer, join(directory, 'core.a'), '-lmbedcrypto', '-o', out],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      )
    build(launcher, join(CORE, 'platforms/ota/launch.c'))
    for (const [name, bad] of [
      ['old', 0],
      ['new', 0],
      ['bad', 1],
    ] as const)
      build(
        program(name),
        join(directory, 'firmware.c'),
        `-DVERSION="${name}"`,
        `-DBAD=${bad}`,
        `-DKEY=${JSON.stringify(KEY)}`,
      )
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  /** A device that left the factory with `old`. */
  function makeDevice(name: string): string {
    const data = join(directory, `data-${name}`)
    rmSync(data, { recursive: true, force: true })
    mkdirSync(data)
    copyFileSync(program('old'), join(data, 'slot0'))
    return data
  }
  async function offer(data: string, name: string, sequence: number): Promise<void> {
    const image = readFileSync(program(name))
    const manifest = await signFirmware(
      {
        ...imageFacts(image),
        sequence,
        firmware: name,
        target: `0x${'07'.repeat(32)}`,
        issuedAt: NOW - 60,
        expiresAt: NOW + 60,
        precursor: 0,
      },
      release.privateKey,
    )
    writeFileSync(join(data, 'manifest'), manifest)
    writeFileSync(join(data, 'next'), image)
  }
  const launch = (data: string, ...words: string[]) => {
    const { stdout, signal, status } = spawnSync(launcher, [data, ...words], { encoding: 'utf8' })
    return { said: stdout.trim(), signal, status }
  }

  test('an update is installed by the old firmware, and runs', async () => {
    const data = makeDevice('update')
    expect(launch(data)).toMatchObject({ said: 'old stays 1', status: 0 })
    await offer(data, 'new', 2)
    expect(launch(data)).toMatchObject({ said: 'old stays 1', status: 0 })
    expect(launch(data)).toMatchObject({ said: 'new trial 1', status: 0 })
    expect(launch(data).said).toBe('new stays 2\nIOC_ERR_FIRMWARE_ROLLBACK')
    // And back into the first slot.
    await offer(data, 'old', 3)
    expect(launch(data)).toMatchObject({ said: 'new stays 2', status: 0 })
    expect(launch(data).said).toBe('old trial 2')
    expect(launch(data).said).toBe('old stays 3\nIOC_ERR_FIRMWARE_ROLLBACK')
  })

  test('one that dies is rolled back, and not tried again', async () => {
    const data = makeDevice('bad')
    await offer(data, 'bad', 2)
    launch(data)
    expect(launch(data)).toMatchObject({ said: 'bad trial 1', signal: 'SIGSEGV' })
    expect(launch(data).said).toBe('old stays 1\nIOC_ERR_FIRMWARE_FAILED')
    await offer(data, 'new', 3)
    launch(data)
    expect(launch(data).said).toBe('new trial 1')
    expect(launch(data).said).toMatch(/^new stays 3/)
  })

  test('one that the kernel does not run is rolled back', async () => {
    const data = makeDevice('none')
    writeFileSync(program('none'), 'no program')
    await offer(data, 'none', 2)
    launch(data)
    expect(launch(data).status).not.toBe(0)
    expect(launch(data).said).toBe('old stays 1\nIOC_ERR_FIRMWARE_FAILED')
  })

  test('killed anywhere, a device starts, and ends up with the new firmware', async () => {
    let kills = 0
    for (let at = 0; ; at++) {
      const data = makeDevice('kill')
      await offer(data, 'new', 2)
      const killed = launch(data, String(at)).signal === 'SIGKILL'
      if (!killed) break
      kills++
      let said = ''
      for (let start = 0; start < 4 && !said.startsWith('new stays 2'); start++) {
        ;({ said } = launch(data))
        expect(said, `killed at ${at}, start ${start}`).toMatch(/^(?:old stays 1|new trial 1|new stays 2)/)
      }
      expect(said, `killed at ${at}`).toMatch(/^new stays 2/)
    }
    expect(kills).toBeGreaterThan(20)
    // On trial: an image that is killed did not confirm, or did already.
    for (let at = 0, confirmed = false; !confirmed; at++) {
      const data = makeDevice('trial')
      await offer(data, 'new', 2)
      launch(data)
      const { signal, said } = launch(data, String(at))
      // Killed as it opens, it says nothing.
      expect(said).toMatch(/^(?:new trial 1)?$/)
      expect(launch(data).said).toMatch(/^(?:new (?:stays 2|trial 1)|old stays 1\nIOC_ERR_FIRMWARE_FAILED)/)
      confirmed = signal !== 'SIGKILL'
    }
  })
})

test.skipIf(!runs('riscv64-unknown-elf-gcc', ['--version']))(
  'slots of ESP32 compile against what ESP-IDF declares',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'iotex2-slots-'))
    try {
      symlinkSync(join(CORE, 'wasm/include/psa'), join(directory, 'psa'))
      const flags = [
        '-march=rv32imc',
        '-mabi=ilp32',
        '--specs=picolibc.specs',
        '-Os',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-Wno-attributes',
      ]
      const include = [directory, 'include', 'platforms/ota', 'platforms/stubs/esp-idf'].map((path) => `-I${path}`)
      const object = join(directory, 'slots.o')
      execFileSync(
        'riscv64-unknown-elf-gcc',
        [...flags, ...include, '-c', 'platforms/ota/ioc_slots_esp32.c', '-o', object],
        { cwd: CORE, stdio: ['ignore', 'inherit', 'inherit'] },
      )
      const declared = globSync('platforms/stubs/esp-idf/**/*.h', { cwd: CORE })
        .map((path) => readFileSync(join(CORE, path), 'utf8'))
        .join('\n')
      const missing = execFileSync('riscv64-unknown-elf-nm', ['-u', object], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().split(' ').at(-1)!)
        .filter(
          (symbol) => symbol && !/^(?:mem\w+|__\w+)$/.test(symbol) && !new RegExp(`\\b${symbol}\\b`).test(declared),
        )
      expect(missing).toEqual([])
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
)

test('the slots of a platform have 200 lines at most', () => {
  for (const path of globSync('platforms/ota/*', { cwd: CORE }))
    expect(readFileSync(join(CORE, path), 'utf8').trimEnd().split('\n').length, path).toBeLessThanOrEqual(200)
})
