/**
 * Files that a user names: read whole, written whole or not at all, never over another unless asked.
 * @module
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { FileError } from './errors.ts'

/** Runs `use`, and turns what the file system refuses into a {@link FileError}. */
export async function withFile<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (typeof code !== 'string' || !/^E([A-Z0-9]+|RR_FS_[A-Z_]+)$/.test(code)) throw cause
    if (code === 'ENOENT') throw new FileError('FILE_NOT_FOUND', `${path} does not exist.`, { cause })
    if (code === 'EEXIST') throw existsError(path, { cause })
    throw new FileError('FILE_UNUSABLE', `${path} cannot be used: ${code}.`, { cause })
  }
}

const existsError = (path: string, options?: ErrorOptions): FileError =>
  new FileError('FILE_EXISTS', `${path} exists: name another file, or remove it first.`, options)

/** Returns the bytes of a file. Throws {@link FileError}. */
export const readBytes = (path: string): Promise<Uint8Array> => withFile(path, () => readFile(path))

/** Returns the text of a file. Throws {@link FileError}. */
export const readText = (path: string): Promise<string> => withFile(path, () => readFile(path, 'utf8'))

/** Returns the value in a JSON file. Throws {@link FileError} FILE_MALFORMED. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FileError('FILE_MALFORMED', `${path} is no JSON.`, { cause })
  }
}

/** Fails early, before minutes of work, where a file to write is there already. Throws {@link FileError} FILE_EXISTS. */
export async function expectAbsent(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await stat(path).then(
      () => true,
      () => false,
    )
    if (found) throw existsError(path)
  }
}

/** Writes a new file, whole or not at all. Throws {@link FileError}. */
export async function writeNew(path: string, content: Uint8Array | string): Promise<void> {
  await expectAbsent(path)
  await replaceFile(path, content)
}

/** Writes a file, whole or not at all, in place of one that may be there. Throws {@link FileError}. */
export const replaceFile = (path: string, content: Uint8Array | string): Promise<void> =>
  withFile(path, async () => {
    const draft = `${path}.${process.pid}.draft`
    try {
      const file = await open(draft, 'wx', 0o644)
      try {
        await file.writeFile(content)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  })

export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
