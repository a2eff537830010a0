/**
 * Key files: Web3 Secret Storage version 3, or a raw file for development, readable by its owner only.
 *
 * A keystore of another curve than secp256k1 names it, and its public key, and has no `address`: a wallet that would take
 * the secret for one of its own finds no account to compare with, and this module refuses a key that does not fit.
 * @module
 */
import { open, readFile, stat } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { fromHex, toHex } from '@iotex2/protocol/hex'
import { decryptKeystoreJson, encryptKeystoreJson, getAddress, isKeystoreJson } from 'ethers'
import { DeviceKey, type RandomBytes } from './key.ts'
import { isKeyCurve, SecretKey } from './secret-key.ts'

/** First line of a raw key file. */
const DEVELOPMENT_HEADER = 'iotex2 development key, not encrypted'

/**
 * Thrown when a key file cannot be used. Codes KEY_FILE_MALFORMED, KEY_FILE_EXPOSED, KEY_FILE_PASSWORD, and KEY_FILE_CURVE
 * where the key is on another curve than is needed.
 */
export class KeyFileError extends CodedError {
  constructor(
    code: 'KEY_FILE_MALFORMED' | 'KEY_FILE_EXPOSED' | 'KEY_FILE_PASSWORD' | 'KEY_FILE_CURVE',
    message: string,
  ) {
    super(code, message)
  }
}

/** Asked for the password of an encrypted file, and of no other. */
export type AskPassword = () => string | Promise<string>

export interface KeystoreOptions {
  randomBytes: RandomBytes
  /** log2 of scrypt's cost; 17 as the standard's examples, and geth, have it. */
  scryptLogCost?: number
}

/** Writes an encrypted key file, mode 0600. Rejects with EEXIST where `path` is taken: a key is never overwritten. */
export async function writeKeystore(
  path: string,
  key: DeviceKey | SecretKey,
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
  await writeNew(path, `${key instanceof SecretKey && key.curve !== 'secp256k1' ? withCurve(json, key) : json}\n`)
}

function withCurve(keystore: string, { curve, multikey }: SecretKey): string {
  const { address: _, ...rest } = JSON.parse(keystore) as Record<string, unknown>
  return JSON.stringify({ ...rest, curve, publicKey: multikey })
}

/** Writes a raw key file, mode 0600, for a development chain. Rejects with EEXIST where `path` is taken. */
export async function writeDevelopmentKey(path: string, key: DeviceKey): Promise<void> {
  await writeNew(path, `${DEVELOPMENT_HEADER}\n${toHex(key.exportSecret())}\n`)
}

/** Reads either kind of key file, of secp256k1. Throws {@link KeyFileError}. */
export async function readKeyFile(path: string, password?: AskPassword): Promise<DeviceKey> {
  const { curve, secret, development } = await readSecret(path, password)
  if (curve !== 'secp256k1')
    throw new KeyFileError('KEY_FILE_CURVE', `${path} holds a key on ${curve}, and one on secp256k1 is needed.`)
  return new DeviceKey(secret, { development })
}

/** Reads either kind of key file, of any curve. Throws {@link KeyFileError}. */
export async function readSecretKey(path: string, password?: AskPassword): Promise<SecretKey> {
  const { curve, secret, development, publicKey } = await readSecret(path, password)
  const key = new SecretKey(curve, secret, { development })
  if (publicKey !== undefined && publicKey !== key.multikey)
    throw new KeyFileError('KEY_FILE_MALFORMED', `${path} names another public key than that of its secret.`)
  return key
}

/** Returns the first line of a file, as passwords of services lie. Rejects as the file system does. */
export const readPasswordFile = async (path: string): Promise<string> =>
  (await readFile(path, 'utf8')).split(/\r?\n/, 1)[0]!

interface Secret {
  curve: SecretKey['curve']
  secret: Uint8Array
  development: boolean
  publicKey?: unknown
}

async function readSecret(path: string, password?: AskPassword): Promise<Secret> {
  const text = await readFile(path, 'utf8')
  if (isKeystoreJson(text)) return readKeystore(path, text, password)

  const [header, secret, rest] = text.split('\n')
  if (header !== DEVELOPMENT_HEADER || !/^0x[0-9a-f]{64}$/.test(secret ?? '') || rest)
    throw new KeyFileError('KEY_FILE_MALFORMED', `${path} is neither a Web3 keystore nor a development key file.`)
  // Permission bits mean nothing on Windows.
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
    throw new KeyFileError('KEY_FILE_EXPOSED', `${path} holds a bare key that others can read: chmod 600 ${path}`)
  return { curve: 'secp256k1', secret: fromHex(secret!), development: true }
}

async function readKeystore(path: string, text: string, password?: AskPassword): Promise<Secret> {
  const { curve = 'secp256k1', publicKey } = JSON.parse(text) as { curve?: unknown; publicKey?: unknown }
  const malformed = `${path} is not a keystore of version 3 that can be read.`
  if (!isKeyCurve(curve) || (curve !== 'secp256k1' && typeof publicKey !== 'string'))
    throw new KeyFileError('KEY_FILE_MALFORMED', malformed)
  if (!password) throw new KeyFileError('KEY_FILE_PASSWORD', `${path} is encrypted: give its password.`)
  const given = await password()
  try {
    const { privateKey } = await decryptKeystoreJson(text, given)
    return { curve, secret: fromHex(privateKey), development: false, publicKey }
  } catch (error) {
    // ethers names a wrong password in prose only; anything else in a version 3 file is malformed.
    if ((error as { argument?: string }).argument === 'password')
      throw new KeyFileError('KEY_FILE_PASSWORD', `The password does not open ${path}.`)
    throw new KeyFileError('KEY_FILE_MALFORMED', malformed)
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
