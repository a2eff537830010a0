import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { parseEther } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChainNode } from '../../../test/chain-node.ts'
import { startIdentityChain } from '../test/identity-chain.ts'
import { type Outcome, runnerIn } from '../test/run.ts'
import type { Context } from './command.ts'

const PASSWORD = 'a password'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-vc-'))
const path = (name: string) => join(directory, name)
const runner = runnerIn(directory)
const issuer = new DeviceKey(new Uint8Array(32).fill(0x61))
const stranger = new DeviceKey(new Uint8Array(32).fill(0x62))
const SUBJECT = `did:io:0x${'12'.repeat(20)}`

let chain: ChainNode
let server: Server
let listUrl: string
let network: string[]

const run = (command: string, own: Partial<Context> = {}): Promise<Outcome> =>
  runner([...command.split(' '), '--json'], {
    settings: { password: PASSWORD, devicePassword: PASSWORD },
    ...own,
  })
async function json(outcome: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
const issue = (out: string, more = '') =>
  `vc issue claims.json --issuer issuer.json --subject ${SUBJECT} --type Calibration --out ${out}${more}`
const verify = (credential: string, own: Partial<Context> = {}) =>
  run(['vc', 'verify', credential, '--store', 'documents', ...network].join(' '), own)
async function refusal(credential: string, own: Partial<Context> = {}): Promise<unknown> {
  const { code, stdout, stderr } = await verify(credential, own)
  expect(code, stderr).toBe(1)
  return JSON.parse(stdout).code
}

beforeAll(async () => {
  chain = await startIdentityChain(path('addresses.json'), 1n)
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  await writeKeystore(path('issuer.json'), issuer, PASSWORD, quick)
  await writeKeystore(path('stranger.json'), stranger, PASSWORD, quick)
  await chain.rpc('hardhat_setBalance', [issuer.address, `0x${parseEther('100').toString(16)}`])
  await writeFile(path('claims.json'), JSON.stringify({ sensor: 'thermometer', accuracy: '0.1' }))
  // The issuer registers itself: its document is what verifiers find.
  const paying = [...network, '--keystore', 'issuer.json', '--yes'].join(' ')
  await json(run(`project register Issuers --type virtual ${paying}`))
  await json(run(`project set-device-nft 1 --name Issuer --symbol ISS ${paying}`))
  await json(run('ioid did issuer.json --document issuer.did.json'))
  await json(run(`ioid register issuer.json --project 1 --document issuer.did.json --store documents ${paying}`))
  server = createServer((_, response) => {
    readFile(path('list.jwt')).then(
      (list) => response.end(list),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  listUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`
})
afterAll(async () => {
  server?.close()
  await chain?.stop()
  await rm(directory, { recursive: true })
})

test('a credential holds by the document of its issuer on chain', async () => {
  const issued = await json(run(issue('plain.jwt')))
  expect(issued).toMatchObject({ issuer: `did:io:${issuer.address}`, subject: SUBJECT })
  expect(await json(verify('plain.jwt'))).toMatchObject({
    holds: true,
    issuer: `did:io:${issuer.address}`,
    credential: {
      type: ['VerifiableCredential', 'Calibration'],
      credentialSubject: { id: SUBJECT, sensor: 'thermometer', accuracy: '0.1' },
    },
  })
})

test('a credential that was altered, or is of a stranger, does not hold', async () => {
  const [header, payload, signature] = (await readFile(path('plain.jwt'), 'utf8')).trim().split('.') as string[]
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString())
  claims.credentialSubject.accuracy = '0.01'
  const altered = Buffer.from(JSON.stringify(claims)).toString('base64url')
  await writeFile(path('altered.jwt'), [header, altered, signature].join('.'))
  expect(await refusal('altered.jwt')).toMatch(/SIGNATURE/)
  await json(run(issue('strange.jwt').replace('issuer.json', 'stranger.json')))
  expect(await refusal('strange.jwt')).toBe('CREDENTIAL_KEY_UNKNOWN')
  await writeFile(path('none.jwt'), '{"no": "credential"}')
  expect(await refusal('none.jwt')).toBe('CREDENTIAL_MALFORMED')
})

test('a credential holds from when it is issued until it ends', async () => {
  await json(run(issue('timed.jwt', ' --valid-until 2099-12-31T23:59:59Z')))
  expect(await json(verify('timed.jwt'))).toMatchObject({ holds: true })
  expect(await refusal('timed.jwt', { now: () => Date.parse('2100-01-01') })).toBe('CREDENTIAL_EXPIRED')
  expect(await refusal('timed.jwt', { now: () => Date.parse('2020-01-01') })).toBe('CREDENTIAL_NOT_YET_VALID')
})

test('a credential holds while its bit of the published list is clear', async () => {
  const status = ` --status status.json --status-url ${listUrl}`
  const [first, second] = [
    await json(run(issue('first.jwt', status))),
    await json(run(issue('second.jwt', ' --status status.json'))),
  ]
  expect(first.statusIndex).not.toBe(second.statusIndex)
  expect(await refusal('first.jwt')).toBe('STATUS_LIST_UNAVAILABLE')
  const publish = (indices: string) => run(`vc revoke status.json${indices} --issuer issuer.json --out list.jwt`)
  await json(publish(''))
  expect(await json(verify('first.jwt'))).toMatchObject({ holds: true })

  expect(await json(publish(` --index ${first.statusIndex}`))).toMatchObject({ revoked: [first.statusIndex] })
  expect(await refusal('first.jwt')).toBe('CREDENTIAL_REVOKED')
  expect(await json(verify('second.jwt'))).toMatchObject({ holds: true })
  // A later list still has the bit.
  await json(publish(''))
  expect(await refusal('first.jwt')).toBe('CREDENTIAL_REVOKED')
})

test.each([
  ['STATUS_INDEX_UNKNOWN', 'vc revoke status.json --index 999999 --issuer issuer.json --out other.jwt'],
  ['FILE_MALFORMED', 'vc revoke claims.json --issuer issuer.json --out other.jwt'],
  ['FILE_NOT_FOUND', 'vc revoke missing.json --issuer issuer.json --out other.jwt'],
  ['FILE_NOT_FOUND', issue('other.jwt', ' --status missing.json')],
  ['STATUS_LIST_ELSEWHERE', issue('other.jwt', ' --status status.json --status-url http://other.example/list')],
  ['STATUS_LIST_NOT_OWNED', issue('other.jwt', ' --status status.json').replace('issuer.json', 'stranger.json')],
  ['STATUS_LIST_NOT_OWNED', 'vc revoke status.json --issuer stranger.json --out other.jwt'],
  ['FILE_EXISTS', issue('plain.jwt')],
  ['FILE_MALFORMED', issue('other.jwt').replace('claims.json', 'plain.jwt')],
  ['OPTION_MISSING', issue('other.jwt', ' --status-url http://other.example/list')],
  ['OPTION_INVALID', issue('other.jwt', ' --valid-until tomorrow')],
  ['OPTION_INVALID', issue('other.jwt', ' --valid-until 2030-13-31T00:00:00Z')],
  ['OPTION_INVALID', 'vc revoke status.json --index one --issuer issuer.json --out other.jwt'],
])('%s: iotex2 %s', async (expected, command) => {
  const { code, stdout, stderr } = await run(command)
  expect(code).toBeGreaterThan(0)
  expect(stdout).toBe('')
  expect(stderr.split('\n').at(-2)).toMatch(new RegExp(`^${expected}: `))
})
