/**
 * A generated project for Linux, built by its own Makefile and run as its maker runs it.
 * @module
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Hex } from '@iotex2/protocol/hex'
import type { Profile } from '@iotex2/protocol/profile'
import { generateProject } from '../../src/generator/project.ts'
import { writeProject } from '../../src/generator/write.ts'
import { missingTools } from './toolchain.ts'

/** Says what is skipped, and why; undefined where all is there. */
export function skipLinux(what: string): string | undefined {
  const missing =
    missingTools() ??
    (['/usr/include/mosquitto.h', '/usr/bin/make'].every((path) => existsSync(path)) && hasCurl()
      ? undefined
      : 'make, libcurl4-openssl-dev or libmosquitto-dev is missing')
  if (missing !== undefined) process.stderr.write(`skipped: ${what}: ${missing}\n`)
  return missing
}

const hasCurl = (): boolean =>
  ['x86_64', 'aarch64', 'arm'].some((arch) =>
    existsSync(`/usr/include/${arch}-linux-gnu${arch === 'arm' ? 'eabihf' : ''}/curl/curl.h`),
  )

/** Generates a project into `directory` and builds it. Returns its program. */
export async function buildFirmware(directory: string, profile: Profile): Promise<string> {
  await writeProject(directory, generateProject(profile, 'linux'))
  execFileSync('make', ['-s', '-j2', 'CFLAGS=-O1 -g -Werror -fsanitize=address,undefined -fno-sanitize-recover=all'], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return join(directory, profile.name)
}

export type FirmwareEvent = Record<string, unknown> & { event: string }

/** A device that runs. */
export class Firmware {
  readonly events: FirmwareEvent[] = []
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  errors = ''

  constructor(program: string, words: readonly string[]) {
    this.child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.exited = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk
    })
    // Where standard output is the serial line, the account is standard error.
    const account = words.includes('-') ? this.child.stderr! : this.child.stdout!
    createInterface({ input: account }).on('line', (line) => {
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as FirmwareEvent)
    })
  }

  /** The device's address, once it told it. */
  get address(): Hex | undefined {
    return this.events.find(({ event }) => event === 'started')?.device as Hex | undefined
  }

  nonces(event: string): bigint[] {
    return this.events.flatMap((each) => (each.event === event ? BigInt(each.nonce as string) : []))
  }

  kill(): Promise<number | null> {
    this.child.kill('SIGKILL')
    return this.exited
  }
}
