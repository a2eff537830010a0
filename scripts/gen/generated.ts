/**
 * What every generator has: write files, or tell which files on disk differ from what it would write.
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Writes each file, by its path from the repository's root. */
export async function writeGenerated(files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    const file = join(ROOT, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    process.stderr.write(`${path}\n`)
  }
}

/** Returns a line for each file that is missing, stale, or in `ownedDirectory` without being generated. */
export async function staleFiles(files: ReadonlyMap<string, string>, ownedDirectory?: string): Promise<string[]> {
  const problems: string[] = []
  for (const [path, text] of files) {
    const onDisk = await readFile(join(ROOT, path), 'utf8').catch(() => undefined)
    if (onDisk === undefined) problems.push(`${path} is missing`)
    else if (onDisk !== text) problems.push(`${path} is stale`)
  }
  if (ownedDirectory !== undefined)
    for (const name of await readdir(join(ROOT, ownedDirectory)).catch(() => []))
      if (!files.has(`${ownedDirectory}/${name}`)) problems.push(`${ownedDirectory}/${name} is generated no more`)
  return problems
}
