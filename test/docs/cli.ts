/**
 * Runs the guides' `pnpm iotex2 …` as the program itself, in a directory of choice.
 * @module
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'

const SCRIPT: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts.iotex2

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a command of a guide. What is between double quotes is one word. */
export async function runGuide(directory: string, command: string, env: Record<string, string> = {}): Promise<Ran> {
  const [program, verb, ...words] = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
  if (program !== 'pnpm' || verb !== 'iotex2') return { code: null, stdout: '', stderr: `${command} is not iotex2's.` }
  const [, entry] = SCRIPT.split(' ') as [string, string]
  const child = spawn(process.execPath, [join(ROOT, entry), ...words], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      printed[stream] += chunk
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...printed }
}
