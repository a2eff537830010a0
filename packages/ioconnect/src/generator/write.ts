/**
 * Writes a project into a directory. What is there and the same is left alone, so that builds go on from where they were;
 * so is the one file that is its maker's.
 * @module
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ProjectFiles } from './project.ts'

/** Files that makers change. */
const isMakers = (path: string): boolean =>
  ['sensors.c', 'authorities.c'].includes(basename(path)) || path.endsWith('.ino')

/** Returns the paths of the files that were written. */
export async function writeProject(directory: string, files: ProjectFiles): Promise<string[]> {
  const written: string[] = []
  for (const [path, text] of Object.entries(files)) {
    const target = join(directory, path)
    const present = await readText(target)
    if (present === text || (present !== undefined && isMakers(path))) continue
    await mkdir(dirname(target), { recursive: true })
    const draft = `${target}.draft`
    await writeFile(draft, text)
    await rename(draft, target)
    written.push(path)
  }
  return written
}

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)
