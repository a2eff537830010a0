import { expect, test } from 'vitest'
import { PortalError } from '../errors.ts'
import { revertData, toPortalError } from './eip1193.ts'

const REVERT = '0x08c379a0'

test.each<[string, unknown, string]>([
  ['a rejection', { code: 4001, message: 'User rejected the request.' }, 'WALLET_REJECTED'],
  ['an account that is not shared', { code: 4100, message: 'Unauthorized' }, 'WALLET_REJECTED'],
  ['a chain that is not known', { code: 4902, message: 'Unrecognized chain ID' }, 'WALLET_CHAIN_UNKNOWN'],
  [
    'the same inside an internal error',
    { code: -32603, data: { originalError: { code: 4902, message: 'Unrecognized chain ID' } } },
    'WALLET_CHAIN_UNKNOWN',
  ],
  ['an open request', { code: -32002, message: 'Request already pending' }, 'WALLET_BUSY'],
  ['no connection', { code: 4900, message: 'Disconnected' }, 'WALLET_DISCONNECTED'],
  ['no connection to the chain', { code: 4901, message: 'Disconnected' }, 'WALLET_DISCONNECTED'],
  ['no funds', { code: -32000, message: 'insufficient funds for gas * price + value' }, 'FUNDS_TOO_LOW'],
  [
    'no funds, as Hardhat says it, wrapped',
    { code: -32603, message: 'Internal', data: { message: "Sender doesn't have enough funds to send tx." } },
    'FUNDS_TOO_LOW',
  ],
  ['anything else', { code: -32603, message: 'Internal JSON-RPC error.' }, 'WALLET_FAILED'],
  ['no error at all', 'no', 'WALLET_FAILED'],
  ['nothing', undefined, 'WALLET_FAILED'],
])('%s', (_, error, code) => {
  expect(toPortalError(error)).toMatchObject({ code })
})

test('what the node said is told, and not that the wallet had no words', () => {
  const error = { code: -32603, message: 'Internal JSON-RPC error.', data: { message: 'nonce too low' } }
  expect(toPortalError(error).message).toBe('The wallet failed: nonce too low')
})

test('an error of the portal’s own stays as it is', () => {
  const error = new PortalError('SERIAL_SILENT', 'No answer.')
  expect(toPortalError(error)).toBe(error)
})

test.each<[string, unknown, string | undefined]>([
  ['as nodes give it', { code: 3, data: REVERT }, REVERT],
  ['as Hardhat gives it', { code: -32603, data: { message: 'reverted', data: REVERT } }, REVERT],
  ['as MetaMask wraps it', { code: -32603, data: { originalError: { data: REVERT } } }, REVERT],
  ['none', { code: 4001, message: 'no' }, undefined],
  ['a transaction’s hash is none that has no bytes', { data: '0x' }, undefined],
])('revert data, %s', (_, error, data) => {
  expect(revertData(error)).toBe(data)
})

test('an error that contains itself ends', () => {
  const error: { code: number; data?: unknown } = { code: -32603 }
  error.data = error
  expect(toPortalError(error)).toMatchObject({ code: 'WALLET_FAILED' })
})
