import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTRACT_IDS, Deployment, readDeployment } from './deployment.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deployment-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3'

test('reads an address book that Ignition wrote', async () => {
  const path = join(directory, 'deployed_addresses.json')
  await writeFile(path, JSON.stringify({ [CONTRACT_IDS.fleetManager]: address.toLowerCase() }))
  const deployment = await readDeployment(path)
  expect(deployment.address('fleetManager')).toBe(address)
  expect(deployment.find('fleetManager')).toBe(address)
  expect(deployment.find('router')).toBeUndefined()
  expect(() => deployment.address('router')).toThrow(
    expect.objectContaining({ code: 'DEPLOYMENT_INCOMPLETE', message: expect.stringContaining(CONTRACT_IDS.router) }),
  )
})

test.each([
  ['no file', undefined],
  ['no JSON', '{'],
  ['no object', '7'],
  ['no address', '{"W3bstream#FleetManager": "0x12"}'],
])('refuses %s', async (name, text) => {
  const path = join(directory, `${name}.json`)
  if (text !== undefined) await writeFile(path, text)
  await expect(readDeployment(path)).rejects.toMatchObject({ code: 'DEPLOYMENT_INCOMPLETE' })
})

test('is built from an object too', () => {
  expect(new Deployment({ 'A#B': address }).addressOf('A#B')).toBe(address)
})
