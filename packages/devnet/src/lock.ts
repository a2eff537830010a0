/**
 * One network at a time from a directory.
 * @module
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when another network runs from the directory. Code DEVNET_RUNNING. */
export class DevnetRunningError extends CodedError {
  constructor(directory: string, pid: number) {
    super(
      'DEVNET_RUNNING',
      `A network already runs from ${directory} (process ${pid}): stop it with Ctrl-C there first.`,
    )
  }
}

/** Takes the directory for this process and returns what gives it back. Throws {@link DevnetRunningError}. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'lock')
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
  } catch {
    const holder = Number(readFileSync(file, 'utf8'))
    if (isAlive(holder)) throw new DevnetRunningError(directory, holder)
    writeFileSync(file, String(process.pid))
  }
  return () => rmSync(file, { force: true })
}

/** A process that was killed while it wrote the lock left it empty: that is nobody's. */
function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
