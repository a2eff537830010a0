/**
 * Makes a key for a service or a device, in a Web3 keystore of mode 0600, and prints its address:
 *
 *   pnpm node scripts/keystore.ts FILE PASSWORD_FILE
 *
 * The password is the first line of PASSWORD_FILE. A file that is there already is never overwritten.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { generateKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { CodedError } from '@iotex2/protocol/errors'
import { main } from '@iotex2/service/service'

await main(async () => {
  const [file, passwordFile] = process.argv.slice(2)
  if (file === undefined || passwordFile === undefined)
    throw new CodedError('USAGE', 'Usage: pnpm node scripts/keystore.ts FILE PASSWORD_FILE')
  if (existsSync(file)) throw new CodedError('KEY_FILE_EXISTS', `${file} exists: a key is never overwritten.`)
  if (!existsSync(passwordFile)) throw new CodedError('PASSWORD_FILE_MISSING', `${passwordFile} does not exist.`)
  const password = readFileSync(passwordFile, 'utf8').split('\n')[0]!
  if (password === '') throw new CodedError('PASSWORD_EMPTY', `The first line of ${passwordFile} is empty.`)
  const random = (length: number): Uint8Array => randomBytes(length)
  const key = generateKey(random)
  await writeKeystore(file, key, password, { randomBytes: random })
  process.stdout.write(`${key.address}\n`)
})
