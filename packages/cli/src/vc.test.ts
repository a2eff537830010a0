import type { lookup as systemLookup } from 'node:dns'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectCredentialRegistry } from '@iotex2/chain/contracts/CredentialRegistry'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { SecretKey } from '@iotex2/identity/secret-key'
import { createPublicFetch } from '@iotex2/identity/web/public-fetch'
import { fromHex } from '@iotex2/protocol/hex'
import { JsonRpcProvider, parseEther } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS } from '../../../test/chain-node.ts'
import { startIdentityChain } from '../test/identity-chain.ts'
import { type Outcome, runnerIn } from '../test/run.ts'
import type { Context } from './command.ts'

const PASSWORD = 'a password'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-vc-'))
const path = (name: string) => join(directory, name)
const runner = runnerIn(directory)
const issuer = new DeviceKey(new Uint8Array(32).fill(0x61))
const stranger = new DeviceKey(new Uint8Array(32).fill(0x62))
const edKey = new SecretKey('Ed25519', new Uint8Array(32).fill(0x63))
const p256Key = new SecretKey('P-256', new Uint8Array(32).fill(0x64))
/** The first of Hardhat's accounts deployed the contracts, and is governance. */
const deployer = new DeviceKey(fromHex(DEVELOPMENT_KEYS[0]))
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
const verify = (credential: string, own: Partial<Context> = {}, more = ' --allow-local') =>
  run(['vc', 'verify', credential, '--store', 'documents', ...network].join(' ') + more, own)
async function refusal(credential: string, own: Partial<Context> = {}, more?: string): Promise<unknown> {
  const { code, stdout, stderr } = await verify(credential, own, more)
  expect(code, stderr).toBe(1)
  return JSON.parse(stdout).code
}

beforeAll(async () => {
  chain = await startIdentityChain(path('addresses.json'), 1n)
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  await writeKeystore(path('issuer.json'), issuer, PASSWORD, quick)
  await writeKeystore(path('stranger.json'), stranger, PASSWORD, quick)
  await writeKeystore(path('ed25519.json'), edKey, PASSWORD, quick)
  await writeKeystore(path('p256.json'), p256Key, PASSWORD, quick)
  await writeKeystore(path('governance.json'), deployer, PASSWORD, quick)
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
  // Whose URL it is, strangers chose: this computer is not for them.
  expect(await refusal('first.jwt', {}, '')).toBe('STATUS_LIST_UNAVAILABLE')

  expect(await json(publish(` --index ${first.statusIndex}`))).toMatchObject({ revoked: [first.statusIndex] })
  expect(await refusal('first.jwt')).toBe('CREDENTIAL_REVOKED')
  expect(await json(verify('second.jwt'))).toMatchObject({ holds: true })
  // A later list still has the bit.
  await json(publish(''))
  expect(await refusal('first.jwt')).toBe('CREDENTIAL_REVOKED')
})

/** The words of a command whose result is obtained by somebody who pays. */
const paying = (keystore = 'issuer.json') => [...network, '--keystore', keystore, '--yes'].join(' ')

describe('on chain', () => {
  const DID = `did:io:${issuer.address}`
  const GRANT = ' --status anchored.json --grant'
  const SUBJECT_OF = ` --subject ${DID} `
  /** A credential about the issuer's own device, which is registered. */
  const issueOwn = (out: string, more: string) => issue(out, more).replace(` --subject ${SUBJECT} `, SUBJECT_OF)
  const onNetwork = () => network.join(' ')
  const publish = (more: string) =>
    run(`vc revoke anchored.json --issuer issuer.json --out list.jwt --anchor ${onNetwork()} --yes${more}`)
  const holding = async () => {
    const provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
    const registry = connectCredentialRegistry(
      JSON.parse(await readFile(path('addresses.json'), 'utf8'))['IoID#CredentialRegistry'],
      provider,
    )
    const type = await registry.typeIdOf(issuer.address, 'Calibration')
    try {
      return { held: await registry.deviceHolds(issuer.address, type), burnt: await registry.totalBurnt() }
    } finally {
      provider.destroy()
    }
  }

  test('nobody is an issuer before governance says so, and no type is there before the issuer says so', async () => {
    await json(run(issue('first-own.jwt', ` --status anchored.json --status-url ${listUrl}`)))
    expect((await publish('')).stderr).toMatch(/^ISSUER_NOT_LISTED: /m)
    const admit = `vc admit ${issuer.address} --did ${DID} ${paying('governance.json')}`
    expect((await run(admit.replace('governance.json', 'issuer.json'))).stderr).toMatch(/^TRANSACTION_REVERTED: /m)
    expect((await json(run(admit))).transactions).toHaveLength(1)
    expect((await json(run(admit))).transactions).toHaveLength(0)

    const early = run(issueOwn('early.jwt', `${GRANT} early.json ${onNetwork()}`))
    expect((await early).stderr).toMatch(/^CREDENTIAL_TYPE_UNDEFINED: /m)
    const define = `vc define Calibration --burn 3 ${paying()}`
    expect((await json(run(define))).burnWei).toBe(parseEther('3').toString())
    expect((await json(run(define))).transactions).toHaveLength(0)
    expect((await json(run(define.replace('--burn 3', '--burn 2')))).burnWei).toBe(parseEther('2').toString())
    const unanchored = run(issueOwn('early.jwt', `${GRANT} early.json ${onNetwork()}`))
    expect((await unanchored).stderr).toMatch(/^STATUS_LIST_UNANCHORED: /m)
  })

  test('issue, obtain, verify, revoke, verify', async () => {
    expect(await json(publish(''))).toMatchObject({ version: '1', statusList: '1' })
    const { statusIndex } = await json(run(issueOwn('own.jwt', `${GRANT} own.json ${onNetwork()}`)))
    expect(await json(verify('own.jwt'))).toMatchObject({
      holds: true,
      warnings: [{ code: 'CREDENTIAL_NOT_OBTAINED' }],
    })
    expect(await refusal('own.jwt', {}, ' --allow-local --on-chain')).toBe('CREDENTIAL_NOT_OBTAINED')

    const before = await holding()
    const obtain = `vc obtain own.json ${paying()}`
    expect((await run(`${obtain} --max-burn 1`)).stderr).toMatch(/^PRICE_TOO_HIGH: /m)
    expect(await json(run(obtain))).toMatchObject({
      did: DID,
      burntWei: parseEther('2').toString(),
      isHeld: true,
      transactions: [expect.any(String)],
    })
    expect(await holding()).toEqual({ held: true, burnt: before.burnt + parseEther('2') })
    expect((await json(run(obtain))).transactions).toHaveLength(0)
    expect(await json(verify('own.jwt', {}, ' --allow-local --on-chain'))).toMatchObject({
      holds: true,
      checks: ['proof', 'validity', 'anchor', 'status', 'holding'],
      warnings: [],
    })

    const stale = await readFile(path('list.jwt'))
    expect((await publish(` --index ${statusIndex}`)).code).toBe(0)
    expect((await holding()).held).toBe(false)
    expect(await refusal('own.jwt')).toBe('CREDENTIAL_REVOKED')
    // What the server goes on serving makes no difference.
    await writeFile(path('list.jwt'), stale)
    expect(await refusal('own.jwt')).toBe('CREDENTIAL_REVOKED')
    expect(await refusal('first-own.jwt')).toBe('STATUS_LIST_OUTDATED')
    // A list that is on chain is not published past it.
    const { stderr } = await run('vc revoke anchored.json --issuer issuer.json --out other.jwt')
    expect(stderr).toMatch(/^STATUS_LIST_ANCHORED: /m)
    expect(await json(publish(''))).toMatchObject({ version: '3' })
    expect(await json(verify('first-own.jwt'))).toMatchObject({ holds: true })
  })

  test('a list that another program publishes is anchored by its operator', async () => {
    await json(run(issue('third.jwt', ` --status published.json --status-url ${listUrl}2`)))
    await json(run('vc revoke published.json --issuer issuer.json --out list.jwt'))
    // The server serves the same file at both places: the list names its own.
    const anchor = (list: string, keystore = 'issuer.json') =>
      run(`vc anchor ${list} --store documents --allow-local ${paying(keystore)}`)
    expect((await anchor(listUrl)).stderr).toMatch(/^STATUS_LIST_MALFORMED: /m)
    expect((await anchor(`${listUrl}2`, 'governance.json')).stderr).toMatch(/^ISSUER_NOT_LISTED: /m)
    expect(await json(anchor(`${listUrl}2`))).toMatchObject({ version: '1', transactions: { length: 2 } })
    expect((await json(anchor('list.jwt'))).transactions).toHaveLength(0)
    expect(await json(verify('third.jwt'))).toMatchObject({ holds: true })
    await json(publish(''))
  })

  test('a grant for another chain or registry is not brought', async () => {
    const grant = JSON.parse(await readFile(path('own.json'), 'utf8'))
    await writeFile(path('elsewhere.json'), JSON.stringify({ ...grant, chainId: '4690' }))
    expect((await run(`vc obtain elsewhere.json ${paying()}`)).stderr).toMatch(/^GRANT_ELSEWHERE: /m)
    await writeFile(path('elsewhere.json'), JSON.stringify({ ...grant, registry: `0x${'ab'.repeat(20)}` }))
    expect((await run(`vc obtain elsewhere.json ${paying()}`)).stderr).toMatch(/^GRANT_ELSEWHERE: /m)
  })

  test('an issuer that was struck off vouches for nothing', async () => {
    const admit = `vc admit ${issuer.address} --did ${DID} ${paying('governance.json')}`
    await json(run(`${admit} --strike-off`))
    expect(await refusal('first-own.jwt')).toBe('ISSUER_STRUCK_OFF')
    await json(run(admit))
    expect(await json(verify('first-own.jwt'))).toMatchObject({ holds: true })
  })
})

describe('issuers by other DIDs and curves', () => {
  const tls = (name: string) => readFile(new URL(`../../identity/test/tls/${name}.pem`, import.meta.url), 'utf8')

  test.each([
    ['ed25519.json', edKey, 'eddsa-rdfc-2022'],
    ['p256.json', p256Key, 'ecdsa-rdfc-2019'],
  ])('did:key, with a proof: %s', async (keystore, key, cryptosuite) => {
    const out = `${cryptosuite}.json`
    const did = `did:key:${key.multikey}`
    const words = issue(out, ` --format data-integrity --key-id ${did}#${key.multikey}`)
    expect(await json(run(words.replace('issuer.json', keystore)))).toMatchObject({ issuer: did })
    expect(JSON.parse(await readFile(path(out), 'utf8')).proof).toMatchObject({ cryptosuite })
    expect(await json(verify(out))).toMatchObject({
      holds: true,
      issuer: did,
      warnings: [{ code: 'ISSUER_NOT_LISTED' }],
    })
  })

  test('did:web, over TLS from a public server, and from no other', async () => {
    const [certificate, privateKey] = await Promise.all([tls('web.example.cert'), tls('web.example.key')])
    const web = createTlsServer({ key: privateKey, cert: certificate }, (_, response) =>
      response.end(
        JSON.stringify({
          id: did,
          verificationMethod: [{ id: `${did}#key-1`, type: 'JsonWebKey2020', controller: did, publicKeyJwk: edKey }],
          assertionMethod: [`${did}#key-1`],
        }),
      ),
    ).listen(0, '127.0.0.1')
    await new Promise((listening) => web.once('listening', listening))
    const { port } = web.address() as AddressInfo
    const did = `did:web:web.example%3A${port}`
    const lookup = ((_host: string, _options: unknown, callback: (error: null, addresses: object[]) => void) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof systemLookup
    try {
      const words = issue('web.jwt', ` --key-id ${did}#key-1`).replace('issuer.json', 'ed25519.json')
      await json(run(words))
      const fetchPublic = createPublicFetch({ ca: certificate, lookup, allowAddress: () => true })
      expect(await json(verify('web.jwt', { fetchPublic }, ''))).toMatchObject({ holds: true, issuer: did })
      const resolved = await json(run(`ioid resolve ${did} ${network.join(' ')}`, { fetchPublic }))
      expect(resolved).toMatchObject({ did, document: { id: did } })
      // The same name, as everybody's guard sees it: at this computer.
      const guarded = createPublicFetch({ ca: certificate, lookup })
      expect(await refusal('web.jwt', { fetchPublic: guarded }, '')).toBe('CREDENTIAL_KEY_UNKNOWN')
      const refused = await run(`ioid resolve ${did} ${network.join(' ')}`, { fetchPublic: guarded })
      expect(refused.stderr).toMatch(/^DID_NOT_FOUND: .*FETCH_ADDRESS_REFUSED/m)
    } finally {
      web.close()
    }
  })
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
  ['OPTION_MISSING', issue('other.jwt', ' --grant grant.json')],
  ['CREDENTIAL_PROOF_UNSUPPORTED', issue('other.jwt', ' --format data-integrity')],
  [
    'CREDENTIAL_CONTEXT_UNKNOWN',
    issue('other.jwt', ' --format data-integrity --context https://a.example/v1').replace(
      'issuer.json',
      'ed25519.json',
    ),
  ],
  ['GRANT_MALFORMED', 'vc obtain claims.json --keystore issuer.json'],
  ['FILE_NOT_FOUND', 'vc obtain missing.json --keystore issuer.json'],
])('%s: iotex2 %s', async (expected, command) => {
  const { code, stdout, stderr } = await run(command)
  expect(code).toBeGreaterThan(0)
  expect(stdout).toBe('')
  expect(stderr.split('\n').at(-2)).toMatch(new RegExp(`^${expected}: `))
})
