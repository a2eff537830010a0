/**
 * Room on disk: said before anything starts, not when a write fails.
 * @module
 */
import { statfsSync } from 'node:fs'
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when the disk is as good as full. Code DISK_FULL. */
export class DiskFullError extends CodedError {
  constructor(directory: string, free: number, needed: number) {
    super(
      'DISK_FULL',
      `Only ${free} MiB are free at ${directory}, and the network needs ${needed}: make room, then run it again.`,
    )
  }
}

/** Throws {@link DiskFullError} when fewer than `needed` MiB are free for this user at `directory`. */
export function requireSpace(directory: string, needed: number): void {
  const { bavail, bsize } = statfsSync(directory)
  const free = Math.floor((bavail * bsize) / 2 ** 20)
  if (free < needed) throw new DiskFullError(directory, free, needed)
}
