/**
 * Keys in files, and the passwords that open them. Nothing of either is ever printed.
 * @module
 */
import { DeviceKey } from '@iotex2/identity/key'
import { readKeyFile, readSecretKey } from '@iotex2/identity/key-file'
import type { SecretKey } from '@iotex2/identity/secret-key'
import { CodedError } from '@iotex2/protocol/errors'
import type { Context } from './command.ts'
import { readText, withFile } from './files.ts'

/** Thrown when a password cannot be used. Codes PASSWORD_EMPTY, PASSWORD_MISMATCH. */
export class PasswordError extends CodedError {
  constructor(code: 'PASSWORD_EMPTY' | 'PASSWORD_MISMATCH', message: string) {
    super(code, message)
  }
}

/** Where a password may come from; the first that is given counts, then the person at the terminal. */
export interface PasswordSources {
  /** Path of a file whose first line it is. */
  file?: string | undefined
  environment?: string | undefined
}

async function givenPassword({ file, environment }: PasswordSources, context: Context): Promise<string | undefined> {
  const password = file === undefined ? environment : (await readText(context.resolve(file))).split(/\r?\n/, 1)[0]
  if (password === '') throw new PasswordError('PASSWORD_EMPTY', `The password${file ? ` in ${file}` : ''} is empty.`)
  return password
}

/** Returns the password of a key that exists. Throws {@link PasswordError}, FileError and TerminalError. */
export const askPassword = async (path: string, sources: PasswordSources, context: Context): Promise<string> =>
  (await givenPassword(sources, context)) ?? context.terminal.askHidden(`Password of ${path}: `)

/** Returns the password of a key to make, typed twice. Throws {@link PasswordError}, FileError and TerminalError. */
export async function askNewPassword(path: string, sources: PasswordSources, context: Context): Promise<string> {
  const given = await givenPassword(sources, context)
  if (given !== undefined) return given
  const typed = await context.terminal.askHidden(`New password of ${path}: `)
  if (typed === '') throw new PasswordError('PASSWORD_EMPTY', 'The password is empty.')
  if ((await context.terminal.askHidden('The same again: ')) !== typed)
    throw new PasswordError('PASSWORD_MISMATCH', 'The passwords differ: nothing was written.')
  return typed
}

/** Opens a key file of any curve. Throws as {@link openKey}. */
export function openSecretKey(path: string, sources: PasswordSources, context: Context): Promise<SecretKey> {
  const resolved = context.resolve(path)
  return withFile(resolved, () => readSecretKey(resolved, () => askPassword(path, sources, context)))
}

/** Opens a device's key file, of any curve. Throws as {@link openKey}. */
export async function openDeviceKey(
  path: string,
  sources: PasswordSources,
  context: Context,
): Promise<DeviceKey | SecretKey> {
  const key = await openSecretKey(path, sources, context)
  const { curve, development } = key
  return curve === 'secp256k1' ? new DeviceKey(key.exportSecret(), { development }) : key
}

/** Opens a key file of secp256k1. Throws KeyFileError, {@link PasswordError}, FileError and TerminalError. */
export function openKey(path: string, sources: PasswordSources, context: Context): Promise<DeviceKey> {
  const resolved = context.resolve(path)
  return withFile(resolved, () => readKeyFile(resolved, () => askPassword(path, sources, context)))
}
