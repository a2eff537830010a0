import { readFileSync } from 'node:fs'
import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { projectInterface } from '@iotex2/chain/contracts/Project'
import { expect, test } from 'vitest'
import { explainRevert } from './reverts.ts'

const device = `0x${'12'.repeat(20)}`

test('a contract’s error is told, and named', () => {
  const data = ioIDRegistryInterface.encodeErrorResult('IoIDRegistryDeviceExists', [device])
  expect(explainRevert(data)).toBe('This device is registered already. (IoIDRegistryDeviceExists)')
})

test('one without words of its own is named', () => {
  expect(explainRevert(ioIDRegistryInterface.encodeErrorResult('IoIDRegistryEmptyHash'))).toContain(
    'IoIDRegistryEmptyHash',
  )
})

test.each([undefined, '0x', '0xdeadbeef'])('no reason: %s', (data) => {
  expect(explainRevert(data)).toBe('A contract refuses it, and gives no reason.')
})

test('every error that has words is one of the contracts’', () => {
  const source = readFileSync(new URL('reverts.ts', import.meta.url), 'utf8')
  const names = [...source.matchAll(/^ {2}(\w+): '/gm)].map(([, name]) => name!)
  expect(names.length).toBeGreaterThan(10)
  const interfaces = [ioIDRegistryInterface, ioIDStoreInterface, deviceNFTInterface, projectInterface]
  for (const name of names)
    expect(
      interfaces.some((known) => known.getError(name) !== null),
      name,
    ).toBe(true)
})
