/**
 * What ioConnect's C core costs on a chip: its own code for rv32imc, by what a device does with it. PSA, and the C library, are
 * the platform's and not counted.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'

const CORE = join(ROOT, 'packages/ioconnect/c')
export const CORE_SIZE = 'snapshots/ioconnect/size.json'

const COMPILER = 'riscv64-unknown-elf-gcc'
const FLAGS = [
  '-std=c99',
  '-march=rv32imc',
  '-mabi=ilp32',
  '-Os',
  '-msave-restore',
  '-ffunction-sections',
  '-fdata-sections',
]

/** The functions that a device calls: what they do not reach, the linker drops. */
export const DEVICES: Record<string, readonly string[]> = {
  identity: ['ioc_write_document', 'ioc_write_did_key', 'ioc_keccak256'],
  requests: ['ioc_write_task_request', 'ioc_backoff'],
  queue: ['ioc_queue_open', 'ioc_queue_append', 'ioc_queue_oldest', 'ioc_queue_remove'],
  serial: ['ioc_serial_answer', 'ioc_serial_answer_noise', 'ioc_frame_push', 'ioc_write_frame'],
  loop: [
    ...['ioc_device_open', 'ioc_device_run', 'ioc_device_take', 'ioc_device_miss', 'ioc_device_end'],
    ...['ioc_device_reply', 'ioc_device_fail', 'ioc_device_read'],
  ],
  packing: ['ioc_jwe_encrypt', 'ioc_jws_sign', 'ioc_write_message', 'ioc_message_id'],
  unpacking: ['ioc_unpack', 'ioc_document_key', 'ioc_replay_init', 'ioc_replay_take'],
  ota: ['ioc_ota_open', 'ioc_ota_begin', 'ioc_ota_write', 'ioc_ota_finish', 'ioc_ota_confirm', 'ioc_ota_reject'],
  receipts: ['ioc_receipt_verify'],
  sntp: ['ioc_sntp_ask', 'ioc_sntp_reply'],
  credentials: ['ioc_credential_verify', 'ioc_present'],
}

/** What a device is that signs its readings, keeps them until they are taken, and is set up over its serial line. */
const SENDER = ['identity', 'requests', 'queue', 'serial']

interface Size {
  textBytes: number
  staticRamBytes: number
}

/** What is compared: the figures, and which compiler they are of. */
export interface CoreSize {
  compiler: string
  flags: string
  /** Each on its own: what they share is in each. */
  parts: Record<string, Size>
  sender: Size
  all: Size
  /** Names and causes of the statuses, where a program prints them. */
  statusTexts: Size
  /** A key for circuits, which is optional and in none of the above. */
  circuits: Size
}

const run = (command: string, args: string[]): string => execFileSync(command, args, { cwd: CORE, encoding: 'utf8' })

/** Returns the compiler's version, or undefined where there is none. */
function compilerVersion(): string | undefined {
  try {
    return `${COMPILER} ${execFileSync(COMPILER, ['-dumpfullversion'], { encoding: 'utf8' }).trim()}`
  } catch {
    return undefined
  }
}

/** Returns the size of what `roots` reach, linked without the platform. */
function linkedSize(directory: string, objects: string[], roots: readonly string[]): Size {
  const program = join(directory, 'program')
  const reached = roots.flatMap((root) => ['-u', root])
  run('riscv64-unknown-elf-ld', [
    ...['-m', 'elf32lriscv', '--gc-sections', '--unresolved-symbols=ignore-all', '-e', '0', '-o', program],
    ...reached,
    ...objects,
  ])
  const [, line] = run('riscv64-unknown-elf-size', [program]).split('\n') as [string, string]
  const [text, data, bss] = line.trim().split(/\s+/).map(Number) as [number, number, number]
  return { textBytes: text, staticRamBytes: data + bss }
}

/** Returns the sizes, of whichever compiler is here. */
export function measureCore(): CoreSize {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-size-'))
  try {
    // PSA's headers only: the host's C library is not the chip's.
    for (const headers of ['psa', 'mbedtls']) symlinkSync(`/usr/include/${headers}`, join(directory, headers))
    const objects = globSync('src/*.c', { cwd: CORE })
      .toSorted()
      .map((source) => {
        const object = join(directory, `${basename(source)}.o`)
        run(COMPILER, [
          ...FLAGS,
          '--specs=picolibc.specs',
          '-isystem',
          directory,
          '-Iinclude',
          '-c',
          source,
          '-o',
          object,
        ])
        return object
      })
    const sizeOf = (roots: readonly string[]) => linkedSize(directory, objects, roots)
    const parts = Object.fromEntries(Object.entries(DEVICES).map(([name, roots]) => [name, sizeOf(roots)]))
    return {
      compiler: compilerVersion()!,
      flags: FLAGS.join(' '),
      parts,
      sender: sizeOf(SENDER.flatMap((name) => DEVICES[name]!)),
      all: sizeOf(Object.values(DEVICES).flat()),
      statusTexts: sizeOf(['ioc_status_name', 'ioc_status_cause']),
      circuits: sizeOf(['ioc_circuit_key_open']),
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/**
 * Returns the snapshot. Without the compiler that the committed one is of, the committed one: figures of another would be
 * no change of ours.
 */
export function coreSizeText(): string | undefined {
  const committed = globSync(CORE_SIZE, { cwd: ROOT }).map((path) => readFileSync(join(ROOT, path), 'utf8'))[0]
  const compiler = compilerVersion()
  const expected = committed === undefined ? compiler : (JSON.parse(committed) as CoreSize).compiler
  if (compiler === undefined || compiler !== expected) {
    process.stderr.write(
      `${CORE_SIZE} is not measured: it is of ${expected ?? COMPILER}, and here is ${compiler ?? 'none'}\n`,
    )
    return committed
  }
  return `${JSON.stringify(measureCore(), null, 2)}\n`
}
