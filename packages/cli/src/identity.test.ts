import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { DeviceKey } from '@iotex2/identity/key'
import { readKeyFile, readSecretKey, writeDevelopmentKey, writeKeystore } from '@iotex2/identity/key-file'
import { KEY_CURVES, SecretKey } from '@iotex2/identity/secret-key'
import { JsonRpcProvider, parseEther } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChainNode, startChain } from '../../../test/chain-node.ts'
import { startRpcProxy } from '../../../test/rpc-proxy.ts'
import { startIdentityChain } from '../test/identity-chain.ts'
import { nobody, type Outcome, runnerIn } from '../test/run.ts'
import type { Context } from './command.ts'

const PRICE = 10n ** 18n
const PASSWORD = 'correct horse battery staple'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-identity-'))
const path = (name: string) => join(directory, name)
const run = runnerIn(directory)
const settings: Context['settings'] = { password: PASSWORD, devicePassword: PASSWORD }
const keyOf = (i: number) => new DeviceKey(new Uint8Array(32).fill(i))
const [owner, other] = [keyOf(0x51), keyOf(0x52)]

let chain: ChainNode
let provider: JsonRpcProvider
let network: string[]

/** Runs a command on the test's chain, its words separated by blanks, as the owner with --yes. */
const asOwner = (command: string, own: Partial<Context> = {}): Promise<Outcome> =>
  run([...command.split(' '), ...network, '--keystore', 'owner.json', '--yes', '--json'], { settings, ...own })
const reading = (command: string): Promise<Outcome> => run([...command.split(' '), ...network, '--json'], { settings })

async function json(outcome: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
const sent = async (key: DeviceKey) => provider.getTransactionCount(key.address)

beforeAll(async () => {
  chain = await startIdentityChain(path('addresses.json'), PRICE)
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  for (const [name, key] of [
    ['owner', owner],
    ['other', other],
    ['device', keyOf(1)],
    ['second', keyOf(2)],
  ] as const)
    await writeKeystore(path(`${name}.json`), key, PASSWORD, quick)
  for (const key of [owner, other])
    await chain.rpc('hardhat_setBalance', [key.address, `0x${parseEther('1000').toString(16)}`])
})
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  await rm(directory, { recursive: true })
})

describe('keygen', () => {
  test('makes a keystore that the password opens, readable by its owner alone, and prints no secret', async () => {
    const outcome = await run(['ioid', 'keygen', 'new.json', '--json'], { settings })
    const { address, did } = await json(Promise.resolve(outcome))
    expect((await stat(path('new.json'))).mode & 0o777).toBe(0o600)
    const key = await readKeyFile(path('new.json'), () => PASSWORD)
    expect({ address, did }).toEqual({ address: key.address, did: `did:io:${key.address}` })
    const everything = outcome.stdout + outcome.stderr + (await readFile(path('new.json'), 'utf8'))
    for (const secret of [Buffer.from(key.exportSecret()).toString('hex'), PASSWORD])
      expect(everything.toLowerCase()).not.toContain(secret)
  })

  test.each(KEY_CURVES)('makes a %s key, and takes one from a JWK', async (curve) => {
    const made = await json(run(['ioid', 'keygen', `${curve}.json`, '--curve', curve, '--json'], { settings }))
    expect(made).toMatchObject({ curve })
    const key = await readSecretKey(path(`${curve}.json`), () => PASSWORD)
    expect(key.curve).toBe(curve)
    if (curve !== 'X25519') expect(made.did).toBe(`did:io:${key.address}`)

    await writeFile(path('issuer.jwk'), JSON.stringify(key.keyObject().export({ format: 'jwk' })))
    const words = ['ioid', 'keygen', `${curve}-imported.json`, '--import', 'issuer.jwk', '--json']
    const outcome = await run(words, { settings })
    expect(await json(Promise.resolve(outcome))).toMatchObject({ curve })
    const imported = await readSecretKey(path(`${curve}-imported.json`), () => PASSWORD)
    expect(imported.exportSecret()).toEqual(key.exportSecret())
    const { d } = key.keyObject().export({ format: 'jwk' }) as { d: string }
    expect(outcome.stdout + outcome.stderr + (await readFile(path(`${curve}-imported.json`), 'utf8'))).not.toContain(d)
  })

  test('a JWK that is no private key is not taken', async () => {
    await writeFile(path('public.jwk'), JSON.stringify(new SecretKey('Ed25519', new Uint8Array(32).fill(1)).publicJwk))
    for (const [words, code] of [
      [['--import', 'public.jwk'], 'KEY_INVALID'],
      [['--import', 'owner.json'], 'KEY_UNSUPPORTED'],
      [['--import', 'public.jwk', '--curve', 'P-256'], 'OPTION_INVALID'],
    ] as const) {
      const { stderr } = await run(['ioid', 'keygen', 'none.json', ...words], { settings })
      expect(stderr).toMatch(new RegExp(`^${code}: `))
    }
    expect(await readdir(directory)).not.toContain('none.json')
  })

  test('writes over nothing', async () => {
    const before = await readFile(path('owner.json'), 'utf8')
    const { code, stderr } = await run(['ioid', 'keygen', 'owner.json'], { settings })
    expect({ code, error: stderr.split(':')[0] }).toEqual({ code: 1, error: 'FILE_EXISTS' })
    expect(await readFile(path('owner.json'), 'utf8')).toBe(before)
  })

  const typing = (...answers: string[]): Partial<Context> => ({
    terminal: { interactive: true, confirm: async () => true, askHidden: async () => answers.shift()! },
  })
  test.each([
    ['an empty password file', ['--password-file', 'empty'], {}, 'PASSWORD_EMPTY'],
    ['a password file that is missing', ['--password-file', 'missing'], {}, 'FILE_NOT_FOUND'],
    ['an empty password in the environment', [], { settings: { password: '' } }, 'PASSWORD_EMPTY'],
    ['nobody to ask', [], { settings: {} }, 'TERMINAL_MISSING'],
    ['an empty answer', [], typing(''), 'PASSWORD_EMPTY'],
    ['two answers that differ', [], typing('one', 'two'), 'PASSWORD_MISMATCH'],
  ])('%s makes no key', async (_, words, own, error) => {
    await writeFile(path('empty'), '\nsecond line\n')
    const { code, stderr } = await run(['ioid', 'keygen', 'none.json', ...words], own)
    expect({ code, error: stderr.split(':')[0] }).toEqual({ code: 1, error })
    expect(await readdir(directory)).not.toContain('none.json')
  })

  test('a typed password, given twice, opens the keystore', async () => {
    await json(run(['ioid', 'keygen', 'typed.json', '--json'], typing('typed', 'typed')))
    await expect(readKeyFile(path('typed.json'), () => 'typed')).resolves.toBeInstanceOf(DeviceKey)
  })
})

test('a DID document is written as the chain will know it', async () => {
  const made = await json(run('ioid did device.json --document device.did.json --json'.split(' '), { settings }))
  expect(made).toMatchObject({ did: `did:io:${keyOf(1).address}`, document: path('device.did.json') })
  expect(JSON.parse(await readFile(path('device.did.json'), 'utf8'))).toMatchObject({ id: made.did })
  const wrong = await run('ioid did device.json'.split(' '), { settings: { devicePassword: 'wrong' } })
  expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^KEY_FILE_PASSWORD: /) })
})

describe('from a device to an ioID', () => {
  let project: unknown

  test('what a transaction does and costs is said first, and nothing is sent without consent', async () => {
    const words = ['project', 'register', 'Weather', ...network, '--keystore', 'owner.json']
    const alone = await run(words, { settings })
    expect(alone).toMatchObject({ code: 1, stdout: '' })
    const said = /ProjectRegistry\.register\(name "Weather", type 0\): sends nothing, gas at most 0\.\d+ IOTX\n/
    expect(alone.stderr).toMatch(said)
    expect(alone.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_REQUIRED: Nothing was sent.*--yes/)

    const asked: string[] = []
    const confirm = async (question: string) => asked.push(question) > 1
    const terminal = { ...nobody, interactive: true, confirm }
    const declined = await run(words, { settings, terminal })
    expect(declined.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_DECLINED: Nothing was sent\./)
    expect(await sent(owner)).toBe(0)
    const agreed = await run([...words, '--json'], { settings, terminal })
    ;({ project } = await json(Promise.resolve(agreed)))
    expect(asked).toEqual(['Send it?', 'Send it?'])
    const { transactions } = JSON.parse(agreed.stdout)
    expect(transactions).toHaveLength(1)
    expect((await provider.getTransactionReceipt(transactions[0]))!.from.toLowerCase()).toBe(owner.address)
    expect(agreed.stderr).toContain(transactions[0])
  })

  test('a project is registered once', async () => {
    expect(await json(asOwner('project register Weather'))).toEqual({ project, transactions: [] })
  })

  test('ioIDs are bought for what they cost, and for no more than one accepts', async () => {
    const refused = await asOwner(`project apply ${project} --amount 3 --max-price 2.9`)
    expect(refused.stderr).toMatch(/^PRICE_TOO_HIGH: /m)
    const bought = await json(asOwner(`project apply ${project} --amount 3 --max-price 3`))
    expect(bought).toMatchObject({ feeWei: String(3n * PRICE), applied: '3', activated: '0' })
    expect(bought.burntWei).toBe(String((3n * PRICE) / 4n))

    // The official store answers its price only.
    await using proxy = await startRpcProxy(chain.url)
    const asked = ioIDStoreInterface.encodeFunctionData('quote', [1n])
    proxy.rewrite = ({ method, params }) =>
      method === 'eth_call' && (params[0] as { data?: string }).data === asked
        ? { error: { code: 3, message: 'execution reverted' } }
        : undefined
    const words = ['project', 'apply', String(project), '--amount', '1', '--rpc', proxy.url, '--deployment']
    const more = [...words, 'addresses.json', '--keystore', 'owner.json', '--yes', '--json']
    expect(await json(run(more, { settings }))).toMatchObject({ feeWei: String(PRICE), burntWei: '0', applied: '4' })
  })

  test('a device NFT contract is made and named, once', async () => {
    const words = [...`project set-device-nft ${project} --symbol WSD`.split(' '), '--name', 'Weather station']
    const set = () => json(run([...words, ...network, '--keystore', 'owner.json', '--yes', '--json'], { settings }))
    const { deviceNFT, transactions } = await set()
    expect(transactions).toHaveLength(2)
    expect(await set()).toEqual({ project, deviceNFT, transactions: [] })
    const shown = await json(reading(`project show ${project}`))
    expect(shown).toMatchObject({ name: 'Weather', type: 'hardware', applied: '4', devices: '0' })
    expect(String(shown.deviceNFT).toLowerCase()).toBe(deviceNFT)
    expect(String(shown.owner).toLowerCase()).toBe(owner.address)
  })

  const register = (device: string) =>
    `ioid register ${device}.json --project ${project} --document ${device}.did.json --store documents`

  test('a device is registered, and registering it again changes nothing', async () => {
    const registered = await json(asOwner(register('device')))
    expect(registered).toMatchObject({ did: `did:io:${keyOf(1).address}`, project, owner: owner.address })
    expect(await json(asOwner(register('device')))).toEqual({ ...registered, transactions: [] })
    expect(await json(reading(`project show ${project}`))).toMatchObject({ devices: '1', activated: '1' })
  })

  test('its DID resolves to the document in a directory; a file: URI is never opened', async () => {
    const did = `did:io:${keyOf(1).address}`
    const document = JSON.parse(await readFile(path('device.did.json'), 'utf8'))
    expect(await json(reading(`ioid resolve ${did} --store documents`))).toMatchObject({ did, document })
    expect((await reading(`ioid resolve ${did}`)).stderr).toMatch(/^DOCUMENT_UNREACHABLE: .*--store/m)
  })

  test('its DID resolves from the web, once it is registered there; what was changed is refused', async () => {
    const did = `did:io:${keyOf(1).address}`
    const document = await readFile(path('device.did.json'))
    let served: { status: number; body: Buffer } = { status: 200, body: document }
    const server = createServer((_, response) => response.writeHead(served.status).end(served.body)).listen(0)
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/device.json`
      const update = register('device').replace('--store documents', `--uri ${uri}`)
      expect(await json(asOwner(update))).toMatchObject({ document: { uri }, transactions: [expect.any(String)] })
      const found = await json(reading(`ioid resolve ${did} --allow-local`))
      expect(found).toMatchObject({ document: JSON.parse(String(document)) })
      // Whoever registered the device chose the server: this computer is not for them.
      expect((await reading(`ioid resolve ${did}`)).stderr).toMatch(/^DOCUMENT_UNREACHABLE: .*http:/m)
      served = { status: 200, body: Buffer.from(String(document).replace('key-1', 'key-9')) }
      expect((await reading(`ioid resolve ${did} --allow-local`)).stderr).toMatch(/^DOCUMENT_MISMATCH: /m)
      served = { status: 404, body: document }
      expect((await reading(`ioid resolve ${did} --allow-local`)).stderr).toMatch(/^DOCUMENT_UNREACHABLE: .*404/m)
      served = { status: 200, body: Buffer.alloc((1 << 20) + 1) }
      expect((await reading(`ioid resolve ${did} --allow-local`)).stderr).toMatch(/^DOCUMENT_UNREACHABLE: .*1 MiB/m)
    } finally {
      server.close()
    }
    expect((await reading(`ioid resolve ${did}`)).stderr).toMatch(/^DOCUMENT_UNREACHABLE: /m)
  })

  test('a document that was changed in the directory is refused', async () => {
    const did = `did:io:${keyOf(1).address}`
    const { hash } = await json(reading(`ioid resolve ${did} --store documents`))
    const file = path(`documents/${hash}.json`)
    const kept = await readFile(file)
    await writeFile(file, kept.toString().replace('key-1', 'key-9'))
    expect((await reading(`ioid resolve ${did} --store documents`)).stderr).toMatch(/^DOCUMENT_MISMATCH: /m)
    await writeFile(file, kept)
  })

  test('devices are listed by project and by owner', async () => {
    await json(run('ioid did second.json --document second.did.json --json'.split(' '), { settings }))
    await json(asOwner(register('second')))
    const dids = [1, 2].map((i) => `did:io:${keyOf(i).address}`)
    for (const of of [`--project ${project}`, `--owner ${owner.address}`]) {
      const { devices } = (await json(reading(`ioid list ${of}`))) as { devices: { did: string; project: string }[] }
      expect(devices.map(({ did }) => did)).toEqual(dids)
      expect(devices.every((device) => device.project === project)).toBe(true)
    }
    expect(await json(reading(`ioid list --owner ${other.address}`))).toEqual({ devices: [] })
  })

  test('a device moves to another owner with its consent, who alone can remove it', async () => {
    const transfer = `ioid transfer second.json --to ${other.address}`
    const moved = await json(asOwner(transfer))
    expect(String(moved.owner).toLowerCase()).toBe(other.address)
    expect(await json(asOwner(transfer))).toEqual({ ...moved, transactions: [] })
    const back = `ioid transfer second.json --to ${keyOf(9).address}`
    for (const command of ['ioid remove second.json', back])
      expect((await asOwner(command)).stderr).toMatch(/^DEVICE_NOT_OWNED: /m)
    const words = ['ioid', 'remove', 'second.json', ...network, '--keystore', 'other.json', '--yes', '--json']
    expect(await json(run(words, { settings }))).toMatchObject({ transactions: [expect.any(String)] })
    expect(await json(run(words, { settings }))).toMatchObject({ transactions: [] })
    const gone = await reading(`ioid resolve did:io:${keyOf(2).address}`)
    expect(gone.stderr).toMatch(/^DID_DEACTIVATED: /m)
    expect(await json(reading(`ioid list --owner ${other.address}`))).toEqual({ devices: [] })
  })

  test('a device consents by the permit that binds all of it, and by the legacy one where a registry knows no other', async () => {
    const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
    const calls = async (i: number, rpc: string): Promise<string[]> => {
      await writeKeystore(path(`${i}.json`), keyOf(i), PASSWORD, quick)
      await json(run(`ioid did ${i}.json --document ${i}.did.json --json`.split(' '), { settings }))
      const steps = [register(String(i)), `ioid transfer ${i}.json --to ${other.address}`, `ioid remove ${i}.json`]
      const senders = ['owner.json', 'owner.json', 'other.json']
      const said: string[] = []
      for (const [at, step] of steps.entries()) {
        const words = [...step.split(' '), '--rpc', rpc, '--deployment', 'addresses.json', '--keystore', senders[at]!]
        const { code, stderr } = await run([...words, '--yes'], { settings })
        expect(code, stderr).toBe(0)
        said.push(...[...stderr.matchAll(/IoIDRegistry\.(\w+)\(/g)].map(([, call]) => call!))
      }
      return said
    }
    expect(await calls(4, chain.url)).toEqual(['registerDevice', 'migrateDevice', 'removeDevice'])

    await using proxy = await startRpcProxy(chain.url)
    const asked = ioIDRegistryInterface.encodeFunctionData('DEVICE_PERMIT_TYPEHASH')
    proxy.rewrite = ({ method, params }) =>
      method === 'eth_call' && (params[0] as { data?: string }).data === asked
        ? { error: { code: 3, message: 'execution reverted' } }
        : undefined
    expect(await calls(5, proxy.url)).toEqual(['register', 'migrate', 'remove'])
  })

  test('a device with a P-256 key, and another for encryption, is registered, sold and removed', async () => {
    for (const [name, curve] of [
      ['secure', 'P-256'],
      ['agreement', 'X25519'],
    ] as const)
      await json(run(['ioid', 'keygen', `${name}.json`, '--curve', curve, '--json'], { settings }))
    const words = 'ioid did secure.json --agreement agreement.json --document secure.did.json --json'
    const { did } = await json(run(words.split(' '), { settings }))
    const { verificationMethod, keyAgreement } = JSON.parse(await readFile(path('secure.did.json'), 'utf8'))
    expect(verificationMethod.map((method: { publicKeyJwk: { crv: string } }) => method.publicKeyJwk.crv)).toEqual([
      'P-256',
      'X25519',
    ])
    expect(keyAgreement).toEqual([`${did}#key-2`])
    expect(await json(asOwner(register('secure')))).toMatchObject({ did })
    expect(await json(reading(`ioid resolve ${did} --store documents`))).toMatchObject({ document: { id: did } })
    await json(asOwner(`ioid transfer secure.json --to ${other.address}`))
    const remove = ['ioid', 'remove', 'secure.json', ...network, '--keystore', 'other.json', '--yes', '--json']
    await json(run(remove, { settings }))
    // No other key than secp256k1 pays.
    const { stderr } = await run(['project', 'register', 'P', ...network, '--keystore', 'secure.json', '--yes'], {
      settings,
    })
    expect(stderr).toMatch(/^KEY_FILE_CURVE: /m)
    // An Ed25519 device's permit is the attestors' to vouch for.
    await json(run(['ioid', 'keygen', 'edwards.json', '--curve', 'Ed25519', '--json'], { settings }))
    await json(run('ioid did edwards.json --document edwards.did.json --json'.split(' '), { settings }))
    const before = await sent(owner)
    expect((await asOwner(register('edwards'))).stderr).toMatch(/^DEVICE_KEY_UNSUPPORTED: /m)
    expect(await sent(owner)).toBe(before)
  })

  test('versions of a document are resolved by id and time', async () => {
    const did = `did:io:${keyOf(1).address}`
    const at = (more: string) => reading(`ioid resolve ${did} --store documents --allow-local${more}`)
    const newest = (await json(at(' --version-time 2099-01-01T00:00:00Z'))) as { metadata: Record<string, string> }
    const versionId = newest.metadata.versionId!
    expect(await json(at(` --version-id ${versionId}`))).toMatchObject({ metadata: { versionId } })
    expect((await at(' --version-id 9.9')).stderr).toMatch(/^DID_NOT_FOUND: /m)
  })

  test('no output holds a secret', async () => {
    const outcome = await asOwner(register('device'))
    for (const secret of [owner, keyOf(1)].map((key) => Buffer.from(key.exportSecret()).toString('hex')))
      expect(outcome.stdout + outcome.stderr).not.toContain(secret)
    expect(outcome.stdout + outcome.stderr).not.toContain(PASSWORD)
  })

  test.each([
    ['PROJECT_UNKNOWN', () => asOwner('project apply 999 --amount 1')],
    ['PROJECT_UNKNOWN', () => reading('project show 999')],
    ['DEVICE_UNKNOWN', () => asOwner(`ioid transfer second.json --to ${owner.address}`)],
    ['DID_INVALID', () => reading('ioid resolve did:io:0x12')],
    ['DID_INVALID', () => reading('ioid resolve nonsense')],
    ['DID_NOT_FOUND', () => reading(`ioid resolve did:io:0x${'ab'.repeat(20)}`)],
    ['DID_METHOD_UNSUPPORTED', () => reading('ioid resolve did:ethr:0x12')],
    ['DID_NOT_FOUND', () => reading('ioid resolve did:web:localhost%3A1')],
    ['DOCUMENT_MISMATCH', () => asOwner(register('device').replace('device.did', 'second.did'))],
    ['DOCUMENT_MALFORMED', () => asOwner(register('device').replace('device.did.json', 'empty'))],
    ['KEY_FILE_MALFORMED', () => asOwner(register('device').replace('device.json', 'addresses.json'))],
    [
      'PROJECT_NOT_OWNED',
      () => run([...register('device').split(' '), ...network, '--keystore', 'other.json', '--yes'], { settings }),
    ],
    [
      'TRANSACTION_REJECTED',
      () => run(['project', 'register', 'Poor', ...network, '--keystore', 'second.json', '--yes'], { settings }),
    ],
    ['KEY_FILE_PASSWORD', () => asOwner('project apply 1 --amount 1', { settings: { password: 'wrong' } })],
    ['DEPLOYMENT_INCOMPLETE', () => run(['project', 'show', '1', '--rpc', chain.url, '--deployment', 'missing.json'])],
    ['CHAIN_MISMATCH', () => run(['project', 'show', '1', '--network', 'iotexTestnet', '--rpc', chain.url])],
    ['CHAIN_UNREACHABLE', () => run(['project', 'show', '1', '--rpc', 'http://127.0.0.1:1'])],
    ['CHAIN_READ_FAILED', () => run(['project', 'show', '1', '--rpc', chain.url, '--deployment', 'wrong.json'])],
  ])('%s', async (error, failing) => {
    const book = JSON.parse(await readFile(path('addresses.json'), 'utf8'))
    const nowhere = Object.fromEntries(Object.keys(book).map((id) => [id, `0x${'ab'.repeat(20)}`]))
    await writeFile(path('wrong.json'), JSON.stringify(nowhere))
    const { code, stdout, stderr } = await failing()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n').at(-2)).toMatch(new RegExp(`^${error}: `))
  })

  test('a key that is not encrypted is refused on a chain that matters', async () => {
    await using testnet = await startChain({ chainId: 4690 })
    await writeDevelopmentKey(path('bare.key'), keyOf(3))
    const words = ['project', 'register', 'X', '--network', 'iotexTestnet', '--rpc', testnet.url, '--yes']
    const { stderr } = await run([...words, '--deployment', 'addresses.json', '--keystore', 'bare.key'])
    expect(stderr).toMatch(/^DEVELOPMENT_KEY_REFUSED: /m)
  })
})
