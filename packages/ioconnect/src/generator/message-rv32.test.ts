/** Generated C on a chip of 32 bits, emulated: the very bytes of this computer. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseProfile } from '@iotex2/protocol/profile'
import { expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { CORE, skipReason } from '../../c/test/toolchain.ts'
import { formatScaled, layoutOf, MAXIMUM_TIME } from './layout.ts'
import { messageHeader, messageSource } from './message-c.ts'

const SEED = 20_261_125
const profile = parseProfile({
  name: 'wide',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'wide', unit: 'x', minimum: -8e12, maximum: 8e12, scale: 1 },
    { name: 'fine', unit: 'x', minimum: -8000, maximum: 8000, scale: 1_000_000_000 },
    { name: 'thirds', unit: 'x', minimum: -1e6, maximum: 1e6, scale: 3 },
    { name: 'small', unit: 'x', minimum: 0, maximum: 2, scale: 100 },
    { name: 'on', unit: 'x', type: 'boolean', minimum: 0, maximum: 1, scale: 1 },
  ],
})

function missing(): string | undefined {
  const reason = skipReason('generated messages on rv32imc')
  if (reason !== undefined) return reason
  try {
    for (const tool of ['riscv64-unknown-elf-gcc', 'qemu-system-riscv32'])
      execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    process.stderr.write(
      'skipped: generated messages on rv32imc: gcc-riscv64-unknown-elf or qemu-system-misc is missing\n',
    )
    return 'missing'
  }
}

/** The ends of the ranges, then readings by chance. */
function readings(): { time: bigint; values: bigint[] }[] {
  const { fields } = layoutOf(profile)
  const random = new Seeded(SEED)
  const by = (choose: (minimum: bigint, maximum: bigint) => bigint) =>
    fields.map(({ minimum, maximum }) => choose(minimum, maximum))
  return [
    { time: 0n, values: by((minimum) => minimum) },
    { time: MAXIMUM_TIME, values: by((_, maximum) => maximum) },
    ...Array.from({ length: 100 }, () => ({
      time: BigInt(random.below(2 ** 32)) * 2_000_000n,
      values: by(
        (minimum, maximum) => minimum + (BigInt(random.below(2 ** 32)) * (maximum - minimum)) / (2n ** 32n - 1n),
      ),
    })),
  ]
}

const program = (list: ReturnType<typeof readings>): string => `
#include "ioc_wide.h"
#include <stdio.h>
static const ioc_wide_t readings[] = {
${list.map(({ time, values: [wide, fine, thirds, small, on] }) => `    {UINT64_C(${time}), INT64_C(${wide}), INT64_C(${fine}), ${thirds}, ${small}, ${on}},`).join('\n')}
};
int main(void) {
    static uint8_t payload[IOC_WIDE_PAYLOAD_BYTES], words[IOC_WIDE_ABI_BYTES];
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        ioc_writer_t writer;
        ioc_writer_init(&writer, payload, sizeof payload);
        if (ioc_wide_encode(&writer, &readings[i]) != IOC_OK || ioc_wide_abi(words, &readings[i]) != IOC_OK) return 1;
        printf("%.*s ", (int)writer.length, (const char *)payload);
        for (size_t j = 0; j < sizeof words; j++) printf("%02x", words[j]);
        printf("\\n");
    }
    return 0;
}
`

test.skipIf(missing())(`rv32imc under QEMU writes what this computer does, seed ${SEED}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-rv32-'))
  try {
    const list = readings()
    writeFileSync(join(directory, 'ioc_wide.h'), messageHeader(profile))
    writeFileSync(join(directory, 'ioc_wide.c'), messageSource(profile))
    writeFileSync(join(directory, 'main.c'), program(list))
    const core = globSync('src/*.c', { cwd: CORE }).map((path) => join(CORE, path))
    const sources = ['-std=c99', `-I${join(CORE, 'include')}`, '-I.', 'ioc_wide.c', 'main.c', ...core]
    const build = (compiler: string, ...flags: string[]) =>
      execFileSync(compiler, [...flags, ...sources], { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] })
    // What reaches no cryptography needs none of it, only PSA's header: ours, without the string.h beside it.
    mkdirSync(join(directory, 'psa-only'))
    symlinkSync(join(CORE, 'wasm/include/psa'), join(directory, 'psa-only/psa'))
    const memory = { __flash: 0x8000_0000, __flash_size: 0x20_0000, __ram: 0x8020_0000, __ram_size: 0x20_0000 }
    build(
      'riscv64-unknown-elf-gcc',
      ...['-march=rv32imc', '-mabi=ilp32', '--specs=picolibc.specs', '--oslib=semihost', '--crt0=hosted', '-Os'],
      ...[
        '-ffunction-sections',
        '-fdata-sections',
        '-Wl,--gc-sections',
        '-Wno-attributes',
        `-I${join(directory, 'psa-only')}`,
      ],
      ...Object.entries(memory).map(([name, value]) => `-Wl,--defsym=${name}=${value}`),
      ...['-o', 'chip'],
    )
    const emulator = ['-machine', 'virt', '-cpu', 'rv32,f=off,d=off', '-bios', 'none', '-nographic', '-monitor', 'none']
    const output = execFileSync(
      'qemu-system-riscv32',
      [
        ...emulator,
        '-serial',
        'none',
        '-chardev',
        'stdio,id=out',
        '-semihosting-config',
        'enable=on,target=native,chardev=out',
        '-kernel',
        'chip',
      ],
      { cwd: directory, encoding: 'utf8', timeout: 60_000 },
    )
    const lines = output.trim().split('\n')
    expect(lines.length).toBe(list.length)
    for (const [i, { time, values }] of list.entries()) {
      const members = profile.fields.map(({ name, scale }, j) => `,"${name}":${formatScaled(values[j]!, scale)}`)
      const words = [time, ...values].map((value) => BigInt.asUintN(256, value).toString(16).padStart(64, '0'))
      expect(lines[i]).toBe(`{"time":${time}${members.join('')}} ${words.join('')}`)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})
