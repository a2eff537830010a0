import { expect, test } from 'vitest'
import { formatDid, parseDid } from './did.ts'

const ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const CHECKSUMMED = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

test('a DID is its method and the address in lower case', () => {
  expect(formatDid(CHECKSUMMED)).toBe(`did:io:${ADDRESS}`)
  expect(parseDid(`did:io:${CHECKSUMMED}`)).toBe(ADDRESS)
  expect(parseDid(formatDid(ADDRESS))).toBe(ADDRESS)
})

test.each(['', ADDRESS, `did:key:${ADDRESS}`, `did:io:${ADDRESS}00`, `did:io:${ADDRESS}#key-1`, 'did:io:0xzz'])(
  '"%s" is no DID of method io',
  (text) => expect(() => parseDid(text)).toThrow(expect.objectContaining({ code: 'DID_MALFORMED' })),
)

test('what is no address has no DID', () => {
  expect(() => formatDid('0x1234')).toThrow(expect.objectContaining({ code: 'DID_MALFORMED' }))
})
