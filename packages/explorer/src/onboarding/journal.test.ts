import { keccak_256 } from '@noble/hashes/sha3.js'
import { expect, test } from 'vitest'
import { hexOf } from './bytes.ts'
import type { ReadDevice } from './device/read-device.ts'
import { deviceEntry, type JournalStorage, journalDevice, readJournal, writeJournal } from './journal.ts'

function memory(fails = false): JournalStorage & { entries: Map<string, string> } {
  const entries = new Map<string, string>()
  return {
    entries,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => {
      if (fails) throw new DOMException('full', 'QuotaExceededError')
      entries.set(key, value)
    },
    removeItem: (key) => entries.delete(key),
  }
}

const document = Uint8Array.of(0, 255, 123, 10)
const device: ReadDevice = {
  info: { protocol: 1, model: 'm', firmware: '1', features: [] },
  did: 'did:io:0x12',
  address: '0x12',
  keyType: 'secp256k1',
  publicKey: '0x34',
  document,
  documentHash: hexOf(keccak_256(document)),
}

test('what was noted is read back, to the byte, by chain and account alone', () => {
  const storage = memory()
  const journal = { deposited: true, device: deviceEntry(device), pending: { what: 'Mint', hash: '0x78' } }
  writeJournal(storage, 4690, '0xABC', journal)
  expect(readJournal(storage, 4690, '0xabc')).toEqual(journal)
  expect(journalDevice(readJournal(storage, 4690, '0xabc'))).toEqual(device)
  expect(readJournal(storage, 4689, '0xabc')).toEqual({})
  expect(readJournal(storage, 4690, '0xdef')).toEqual({})
})

test.each(['{', '7', 'null', ''])('a journal that is %j is an empty one', (text) => {
  const storage = memory()
  writeJournal(storage, 1, '0x1', { deposited: true })
  for (const key of storage.entries.keys()) storage.entries.set(key, text)
  expect(readJournal(storage, 1, '0x1')).toEqual({})
})

test('a document of which a part was lost is read from the device again', () => {
  const journal = { device: { ...deviceEntry(device), document: 'AP97' } }
  expect(journalDevice(journal)).toBeUndefined()
  expect(journalDevice({ device: { ...journal.device, document: '%' } })).toBeUndefined()
})

test('a page without storage goes on', () => {
  expect(() => writeJournal(memory(true), 1, '0x1', { deposited: true })).not.toThrow()
})
