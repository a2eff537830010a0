/**
 * The key of a service: from a keystore file or from the environment, never from code.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { Wallet } from 'ethers'

/** Thrown when no key is named, or the keystore cannot be opened. Code SERVICE_KEY_UNAVAILABLE. */
export class ServiceKeyError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('SERVICE_KEY_UNAVAILABLE', message, options)
  }
}

export interface ServiceKeySettings {
  /** 0x and 64 hexadecimal digits. */
  privateKey?: string | undefined
  /** Path of a Web3 secret storage file. */
  keystore?: string | undefined
  /** Path of a file whose first line is the keystore's password. */
  passwordFile?: string | undefined
}

/** Returns the private key. `prefix` names the variables in errors. Throws {@link ServiceKeyError}. */
export async function readServiceKey(prefix: string, settings: ServiceKeySettings): Promise<string> {
  const { privateKey, keystore, passwordFile } = settings
  if (privateKey !== undefined) return privateKey
  if (keystore === undefined || passwordFile === undefined)
    throw new ServiceKeyError(
      `Set ${prefix}_KEYSTORE and ${prefix}_KEYSTORE_PASSWORD_FILE, or ${prefix}_PRIVATE_KEY (see .env.example).`,
    )
  try {
    const password = (await readFile(passwordFile, 'utf8')).split('\n')[0]!
    return (await Wallet.fromEncryptedJson(await readFile(keystore, 'utf8'), password)).privateKey
  } catch (cause) {
    throw new ServiceKeyError(`${keystore} cannot be opened: ${(cause as Error).message}`, { cause })
  }
}
