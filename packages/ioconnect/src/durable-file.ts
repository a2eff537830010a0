/**
 * Files that are whole or absent after a crash, and that are there after a power cut.
 * @module
 */
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces `path` by a file that holds `text`, durably: a reader finds the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

/** Makes the names in `directory` durable. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory, and needs no sync of one.
  if (process.platform === 'win32') return
  const file = await open(directory, 'r')
  await file.sync().finally(() => file.close())
}
