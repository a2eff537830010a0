import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeviceKey, generateKey } from './key.ts'
import { readKeyFile, readSecretKey, writeDevelopmentKey, writeKeystore } from './key-file.ts'
import { generateSecretKey, KEY_CURVES, SecretKey } from './secret-key.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-key-'))
})
afterAll(() => rm(directory, { recursive: true }))

const FAST = { randomBytes, scryptLogCost: 10 }
const failsWith = (code: string) => expect.objectContaining({ code })

test('a keystore opens with its password, here and in ethers', async () => {
  const path = join(directory, 'keystore.json')
  const key = generateKey(randomBytes)
  await writeKeystore(path, key, 'correct horse', FAST)
  const read = await readKeyFile(path, () => 'correct horse')
  expect(read.exportSecret()).toEqual(key.exportSecret())
  expect(read.development).toBe(false)
  const wallet = await Wallet.fromEncryptedJson(await readFile(path, 'utf8'), 'correct horse')
  expect(wallet.address.toLowerCase()).toBe(key.address)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a keystore stays shut without its password, and when it was changed', async () => {
  const path = join(directory, 'shut.json')
  await writeKeystore(path, generateKey(randomBytes), 'right', FAST)
  await expect(readKeyFile(path)).rejects.toThrow(failsWith('KEY_FILE_PASSWORD'))
  await expect(readKeyFile(path, () => 'wrong')).rejects.toThrow(failsWith('KEY_FILE_PASSWORD'))
  await writeFile(path, '{"version":3}')
  await expect(readKeyFile(path, () => 'right')).rejects.toThrow(failsWith('KEY_FILE_MALFORMED'))
})

test('a development key is marked as one, and refused once others can read it', async () => {
  const path = join(directory, 'development.key')
  const key = generateKey(randomBytes)
  await writeDevelopmentKey(path, key)
  const read = await readKeyFile(path)
  expect(read.address).toBe(key.address)
  expect(read.development).toBe(true)
  await chmod(path, 0o640)
  await expect(readKeyFile(path)).rejects.toThrow(failsWith('KEY_FILE_EXPOSED'))
})

test('a file that holds anything else is no key', async () => {
  const path = join(directory, 'other')
  await writeFile(path, `0x${'01'.repeat(32)}\n`, { mode: 0o600 })
  await expect(readKeyFile(path)).rejects.toThrow(failsWith('KEY_FILE_MALFORMED'))
})

test('a key file is never overwritten', async () => {
  const path = join(directory, 'taken')
  await writeDevelopmentKey(path, new DeviceKey(new Uint8Array(32).fill(1)))
  await expect(writeDevelopmentKey(path, generateKey(randomBytes))).rejects.toThrow(failsWith('EEXIST'))
  expect((await readKeyFile(path)).address).toBe(new DeviceKey(new Uint8Array(32).fill(1)).address)
})

test.each(KEY_CURVES)('a keystore of a %s key opens as what it is, and as nothing else', async (curve) => {
  const path = join(directory, `${curve}.json`)
  const key = generateSecretKey(curve, randomBytes)
  await writeKeystore(path, key, 'right', FAST)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const text = await readFile(path, 'utf8')
  expect(text).not.toContain(Buffer.from(key.exportSecret()).toString('hex'))
  const read = await readSecretKey(path, () => 'right')
  expect({ curve: read.curve, jwk: read.publicJwk, secret: read.exportSecret() }).toEqual({
    curve,
    jwk: key.publicJwk,
    secret: key.exportSecret(),
  })
  await expect(readSecretKey(path, () => 'wrong')).rejects.toThrow(failsWith('KEY_FILE_PASSWORD'))
  await expect(readSecretKey(path)).rejects.toThrow(failsWith('KEY_FILE_PASSWORD'))
  if (curve === 'secp256k1') expect((await readKeyFile(path, () => 'right')).address).toBe(key.address)
  else {
    expect(JSON.parse(text)).not.toHaveProperty('address')
    await expect(readKeyFile(path, () => 'right')).rejects.toThrow(failsWith('KEY_FILE_CURVE'))
    // Its secret is not used on another curve because somebody wrote another name into the file.
    for (const other of [...KEY_CURVES.filter((name) => name !== curve && name !== 'secp256k1'), 'P-521']) {
      await writeFile(path, text.replace(`"curve":"${curve}"`, `"curve":"${other}"`))
      await expect(
        readSecretKey(path, () => 'right'),
        other,
      ).rejects.toThrow(failsWith('KEY_FILE_MALFORMED'))
    }
  }
})

test('a key that lies open is marked, on the curve that it is on', async () => {
  const path = join(directory, 'open.key')
  await writeDevelopmentKey(path, new DeviceKey(new Uint8Array(32).fill(1)))
  const read = await readSecretKey(path)
  expect(read).toBeInstanceOf(SecretKey)
  expect([read.development, read.curve]).toEqual([true, 'secp256k1'])
})
