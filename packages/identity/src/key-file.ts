/**
 * Key files: Web3 Secret Storage version 3, or a raw file for development, readable by its owner only.
 * @module
 */
import { open, readFile, stat } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { fromHex, toHex } from '@iotex2/protocol/hex'
import { decryptKeystoreJson, encryptKeystoreJson, getAddress, isKeystoreJson } from 'ethers'
import { DeviceKey, type RandomBytes } from './key.ts'

/** First line of a raw key file. */
const DEVELOPMENT_HEADER = 'iotex2 development key, not encrypted'

/** Thrown when a key file cannot be used. Codes KEY_FILE_MALFORMED, KEY_FILE_EXPOSED, KEY_FILE_PASSWORD. */
export class KeyFileError extends CodedError {
  constructor(code: 'KEY_FILE_MALFORMED' | 'KEY_FILE_EXPOSED' | 'KEY_FILE_PASSWORD', message: string) {
    super(code, message)
  }
}

export interface KeystoreOptions {
  randomBytes: RandomBytes
  /** log2 of scrypt's cost; 17 as the standard's examples, and geth, have it. */
  scryptLogCost?: number
}

/** Writes an encrypted key file, mode 0600. Rejects with EEXIST where `path` is taken: a key is never overwritten. */
export async function writeKeystore(
  path: string,
  key: DeviceKey,
  password: string,
  { randomBytes, scryptLogCost = 17 }: KeystoreOptions,
): Promise<void> {
  const account = { address: getAddress(key.address), privateKey: toHex(key.exportSecret()) }
  const json = await encryptKeystoreJson(account, password, {
    salt: randomBytes(32),
    iv: randomBytes(16),
    uuid: toHex(randomBytes(16)),
    scrypt: { N: 2 ** scryptLogCost },
  })
  await writeNew(path, `${json}\n`)
}

/** Writes a raw key file, mode 0600, for a development chain. Rejects with EEXIST where `path` is taken. */
export async function writeDevelopmentKey(path: string, key: DeviceKey): Promise<void> {
  await writeNew(path, `${DEVELOPMENT_HEADER}\n${toHex(key.exportSecret())}\n`)
}

/** Reads either kind of key file. `password` is asked for an encrypted one only. Throws {@link KeyFileError}. */
export async function readKeyFile(path: string, password?: () => string | Promise<string>): Promise<DeviceKey> {
  const text = await readFile(path, 'utf8')
  if (isKeystoreJson(text)) return readKeystore(path, text, password)

  const [header, secret, rest] = text.split('\n')
  if (header !== DEVELOPMENT_HEADER || !/^0x[0-9a-f]{64}$/.test(secret ?? '') || rest)
    throw new KeyFileError('KEY_FILE_MALFORMED', `${path} is neither a Web3 keystore nor a development key file.`)
  // Permission bits mean nothing on Windows.
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
    throw new KeyFileError('KEY_FILE_EXPOSED', `${path} holds a bare key that others can read: chmod 600 ${path}`)
  return new DeviceKey(fromHex(secret!), { development: true })
}

async function readKeystore(path: string, text: string, password?: () => string | Promise<string>): Promise<DeviceKey> {
  if (!password) throw new KeyFileError('KEY_FILE_PASSWORD', `${path} is encrypted: give its password.`)
  const given = await password()
  try {
    const { privateKey } = await decryptKeystoreJson(text, given)
    return new DeviceKey(fromHex(privateKey))
  } catch (error) {
    // ethers names a wrong password in prose only; anything else in a version 3 file is malformed.
    if ((error as { argument?: string }).argument === 'password')
      throw new KeyFileError('KEY_FILE_PASSWORD', `The password does not open ${path}.`)
    throw new KeyFileError('KEY_FILE_MALFORMED', `${path} is not a keystore of version 3 that can be read.`)
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
