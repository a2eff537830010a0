/**
 * One process a directory: two would give out the same nonces.
 * @module
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { syncDirectory } from './durable-file.ts'

/** Thrown when a living process holds the directory. Code DIRECTORY_LOCKED. */
export class DirectoryLockedError extends CodedError {
  constructor(directory: string, pid: number) {
    super('DIRECTORY_LOCKED', `Process ${pid} runs the device in ${directory}: stop it, or use another directory.`)
  }
}

export interface DirectoryLock {
  release(): Promise<void>
}

/** Takes the directory, creating it where needed; a lock of a dead process is taken over. Throws {@link DirectoryLockedError}. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  if ((await mkdir(directory, { recursive: true })) !== undefined) syncDirectory(dirname(directory))
  const path = join(directory, 'lock')
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(`${process.pid} ${await startOf(process.pid)}\n`).finally(() => file.close())
      return { release: () => rm(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const [pid = 0, start] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ').map(Number)
    if (isAlive(pid) && start === (await startOf(pid))) throw new DirectoryLockedError(directory, pid)
    await rm(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Returns when a process started, in clock ticks since boot, to tell it from an earlier one of the same id; 0 where unknown. */
async function startOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The command, in parentheses, may hold spaces; after it, the start is field 20.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0)
}
