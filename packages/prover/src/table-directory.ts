/**
 * Tables of a key's points in files, each in a directory named by the key's hash.
 * @module
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TableStore } from '@iotex2/groth16/table-store'

/** Returns the SHA-256 of a file in hexadecimal, without holding all of it. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Returns the store of one key ({@link hashFile}) under `directory`, which is made where it is missing. */
export function tableDirectory(directory: string, key: string): TableStore {
  const own = join(directory, key)
  return {
    async read(name) {
      const stream = createReadStream(join(own, `${name}.msm`), { highWaterMark: 2 ** 20 })
      const opened = new Promise<boolean>((resolve, reject) => {
        stream.once('open', () => resolve(true))
        stream.once('error', (error: NodeJS.ErrnoException) =>
          error.code === 'ENOENT' ? resolve(false) : reject(error),
        )
      })
      return (await opened) ? stream : undefined
    },

    async write(name, bytes) {
      await mkdir(own, { recursive: true, mode: 0o700 })
      const path = join(own, `${name}.msm`)
      const partial = `${path}.${randomUUID()}`
      try {
        const file = await open(partial, 'wx', 0o600)
        try {
          for await (const part of bytes) await file.write(part)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true })
        throw error
      }
    },
  }
}
