/**
 * What a device was told over its serial line, kept in its directory. It goes before the configuration.
 * @module
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSerialParameters, SerialError, type ServerSettings } from '@iotex2/protocol/serial/messages'
import { SimulatorConfigError } from '../config.ts'
import { replaceFile } from '../durable-file.ts'

const pathIn = (directory: string): string => join(directory, 'server.json')

/** Keeps `settings` durably. */
export async function writeServerSettings(directory: string, settings: ServerSettings): Promise<void> {
  await mkdir(directory, { recursive: true })
  await replaceFile(pathIn(directory), JSON.stringify(settings))
}

/** Returns what was kept, or undefined. Throws {@link SimulatorConfigError} where the file was changed. */
export async function readServerSettings(directory: string): Promise<ServerSettings | undefined> {
  let text: string
  try {
    text = await readFile(pathIn(directory), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return checkSerialParameters('server.set', JSON.parse(text))
  } catch (error) {
    const why = error instanceof SerialError ? error.message : 'it is no JSON'
    throw new SimulatorConfigError(`${pathIn(directory)} cannot be used: ${why}`)
  }
}
