import { expect, test } from 'vitest'
import { freeCoin, previewPay, previewTakeBack, refusalOf } from './bucket-preview.ts'

const IOTX = 10n ** 18n
const state = { balance: 0n, debt: 0n, coin: 0n, held: 1_000n * IOTX }

test('a bucket is restaked by its owner, while it is locked', () => {
  const bucket = { amount: IOTX, duration: 1n, delegate: '0x', isApproved: false, balance: 0n }
  expect(refusalOf({ ...bucket, isOwner: true, state: 'locked' })).toBeUndefined()
  expect(refusalOf({ ...bucket, isOwner: false, state: 'locked' })).toBe('not-yours')
  expect(refusalOf({ ...bucket, isOwner: true, state: 'unlocked' })).toBe('not-locked')
  expect(refusalOf({ ...bucket, isOwner: true, state: 'unstaked' })).toBe('not-locked')
})

test('a bucket leaves for its whole amount: what the balance lacks of it, and the debt, is paid along', () => {
  const amount = 500n * IOTX
  // Nothing delegated: it costs nothing.
  expect(previewTakeBack({ ...state, balance: 600n * IOTX }, amount)).toEqual({ pays: 0n, balanceAfter: 100n * IOTX })
  // A slash took 40 of 500 that were delegated and came back: paying the debt makes the balance whole.
  expect(previewTakeBack({ ...state, balance: 460n * IOTX, debt: 40n * IOTX }, amount)).toEqual({
    pays: 40n * IOTX,
    balanceAfter: 0n,
  })
  // Most of it is delegated.
  expect(previewTakeBack({ ...state, balance: 100n * IOTX, debt: 40n * IOTX }, amount)).toEqual({
    pays: 400n * IOTX,
    balanceAfter: 0n,
  })
  // The debt is of another bucket, and goes first.
  expect(previewTakeBack({ ...state, balance: 490n * IOTX, debt: 40n * IOTX }, amount)).toEqual({
    pays: 40n * IOTX,
    balanceAfter: 30n * IOTX,
  })
  expect(previewTakeBack({ ...state, held: 399n * IOTX, balance: 100n * IOTX }, amount)).toBeUndefined()
})

test('a payment lowers the debt, and is credited whole; beyond the debt it is coin', () => {
  const indebted = { ...state, balance: 7n * IOTX, debt: 40n * IOTX }
  expect(previewPay(indebted, 15n * IOTX)).toEqual({ debtAfter: 25n * IOTX, balanceAfter: 22n * IOTX, coinAfter: 0n })
  expect(previewPay(indebted, 50n * IOTX)).toEqual({ debtAfter: 0n, balanceAfter: 57n * IOTX, coinAfter: 10n * IOTX })
  expect(previewPay(indebted, 0n)).toBeUndefined()
  expect(previewPay(indebted, 1_001n * IOTX)).toBeUndefined()
})

test('coin is taken out as far as it is not delegated', () => {
  expect(freeCoin({ ...state, coin: 5n, balance: 3n })).toBe(3n)
  expect(freeCoin({ ...state, coin: 3n, balance: 5n })).toBe(3n)
})
