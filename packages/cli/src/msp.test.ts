import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { readDeployment } from '@iotex2/chain/deployment'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { Contract, getAddress, JsonRpcProvider, keccak256, parseEther, parseUnits, toUtf8Bytes, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployArtifact } from '../../../test/artifact.ts'
import { DEVELOPMENT_KEYS } from '../../../test/chain-node.ts'
import { DAY_S, EXIT_DELAY_S, type MspChain, startMspChain } from '../test/msp-chain.ts'
import { nobody, type Outcome, runnerIn } from '../test/run.ts'
import type { Context } from './command.ts'
import { tokenInterface } from './restaking/assets.ts'

const PASSWORD = 'correct horse battery staple'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-msp-'))
const path = (name: string) => join(directory, name)
const run = runnerIn(directory)
const settings: Context['settings'] = { password: PASSWORD }
const key = (byte: number) => new DeviceKey(new Uint8Array(32).fill(byte))
/** A staker, a validator, the builder of modules, who resolves disputes, a stranger, and a device. */
const keys = { ada: key(0x61), val: key(0x62), mod: key(0x63), res: key(0x64), eve: key(0x65), dev: key(0x66) }
type Who = keyof typeof keys
const addressOf = (who: Who) => new Wallet(`0x${Buffer.from(keys[who].exportSecret()).toString('hex')}`).address
const HARMED = getAddress('0x00000000000000000000000000000000000c0ffe')
const ELSEWHERE = getAddress('0x00000000000000000000000000000000000f00d5')

let chain: MspChain
let provider: JsonRpcProvider
let governance: Wallet
let network: string[]
let deployed: { dims: string; slasher: string; factory: string; nativeVault: string; rewards: string }
let token: string

/** Runs a command of `msp` on the test's chain, with --yes, as the holder of a keystore. */
const as = (who: Who, command: string): Promise<Outcome> =>
  run(['msp', ...command.split(' '), ...network, '--keystore', `${who}.json`, '--yes', '--json'], { settings })
const read = (command: string): Promise<Outcome> => run(['msp', ...command.split(' '), ...network, '--json'])
const shown = async (command: string): Promise<string> => {
  const { code, stdout, stderr } = await run(['msp', ...command.split(' '), ...network])
  expect(code, stderr).toBe(0)
  return stdout
}

// biome-ignore lint/suspicious/noExplicitAny: the results of many commands, each looked at by name.
async function json(outcome: Promise<Outcome>): Promise<any> {
  const { code, stdout, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
/** Returns what is said before something is sent, and the result. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
async function both(outcome: Promise<Outcome>): Promise<[preview: string, result: any]> {
  const { stderr } = await outcome
  return [stderr, await json(outcome)]
}
async function refusal(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome
  expect({ code, stdout }, stderr).not.toMatchObject({ code: 0 })
  expect(stdout).toBe('')
  return stderr.split('\n').at(-2)!.split(':')[0]!
}
/** Returns the code, and sees that nothing was sent. */
async function refusedBefore(who: Who, command: string): Promise<string> {
  const before = await provider.getTransactionCount(addressOf(who))
  const code = await refusal(as(who, command))
  expect(await provider.getTransactionCount(addressOf(who)), command).toBe(before)
  return code
}
const now = async () => (await provider.getBlock('latest'))!.timestamp
const midnightAfter = (time: number) => time - (time % DAY_S) + DAY_S
const utc = (time: number) => new Date(time * 1000).toISOString().replace('T', ' ').replace('.000Z', '')

const TERMS = {
  metadataUri: 'https://fleet.example/dim.json',
  bondIotx: '100',
  maximumSlashPercent: '50',
  evidenceAge: '2d',
  vetoWindow: '12h',
  executionWindow: '1d',
  enforcer: addressOf('mod'),
  resolver: addressOf('res'),
  beneficiary: HARMED,
}
const { vetoWindow: _, resolver: __, beneficiary: ___, ...immediate } = TERMS
const IMMEDIATE = { ...immediate, maximumSlashPercent: '12.5' }

beforeAll(async () => {
  chain = await startMspChain(path('addresses.json'))
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
  governance = new Wallet(DEVELOPMENT_KEYS[0], provider)
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  for (const [name, each] of Object.entries(keys)) {
    await writeKeystore(path(`${name}.json`), each, PASSWORD, quick)
    await chain.rpc('hardhat_setBalance', [each.address, `0x${parseEther('10000').toString(16)}`])
  }
  const deployment = await readDeployment(path('addresses.json'))
  deployed = {
    dims: deployment.address('dimRegistry'),
    slasher: deployment.address('slasher'),
    factory: deployment.address('vaultFactory'),
    nativeVault: deployment.address('nativeVault'),
    rewards: deployment.address('rewards'),
  }
  token = await deployArtifact('OddToken', governance, 'ODD', 0, addressOf('ada'))
  await writeFile(path('terms.json'), JSON.stringify(TERMS))
  await writeFile(path('immediate.json'), JSON.stringify(IMMEDIATE))
  await writeFile(path('evidence.txt'), 'it signed two blocks')
  // The day's first hours: no midnight comes between two commands.
  await chain.nextDay()
}, 120_000)
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  await rm(directory, { recursive: true })
})

test('a device with an ioID becomes a validator by its own key', async () => {
  const cli = (command: string) =>
    run([...command.split(' '), ...network, '--keystore', 'mod.json', '--yes', '--json'], {
      settings: { ...settings, devicePassword: PASSWORD },
    })
  await json(cli('project register Fleet'))
  await json(cli('project set-device-nft 1 --name Node --symbol NODE'))
  await json(cli('project apply 1 --amount 1'))
  await json(
    run('ioid did dev.json --document dev.did.json --json'.split(' '), { settings: { devicePassword: PASSWORD } }),
  )
  const registered = await json(
    cli('ioid register dev.json --project 1 --document dev.did.json --uri https://dev.example/did.json'),
  )
  const ioID = registered.ioid
  expect(await refusedBefore('dev', `validator register --commission 5 --ioid ${Number(ioID) + 1}`)).toBe(
    'IOID_NOT_YOURS',
  )
  expect(await json(as('dev', `validator register --commission 5 --ioid ${ioID}`))).toMatchObject({
    ioID: String(ioID),
  })
  expect(await shown(`validator show ${addressOf('dev')}`)).toContain(`, ioID ${ioID}\n`)
  expect(await refusedBefore('dev', 'validator register --commission 5')).toBe('VALIDATOR_REGISTERED')
})

describe('modules', () => {
  test.each([
    ['no bond', { ...TERMS, bondIotx: undefined }, 'TERMS_MALFORMED'],
    ['a word that means nothing', { ...TERMS, slash: '1' }, 'TERMS_MALFORMED'],
    ['a duration without unit', { ...TERMS, evidenceAge: '3' }, 'TERMS_MALFORMED'],
    ['a resolver without window', { ...TERMS, vetoWindow: undefined }, 'TERMS_MALFORMED'],
    ['a window without resolver', { ...TERMS, resolver: undefined }, 'TERMS_MALFORMED'],
    ['more than all', { ...TERMS, maximumSlashPercent: '100.5' }, 'TERMS_REFUSED'],
    ['no time for evidence', { ...TERMS, evidenceAge: '0d' }, 'TERMS_REFUSED'],
    ['times that no stake waits for', { ...TERMS, executionWindow: '61d' }, 'TERMS_REFUSED'],
    ['a small bond', { ...TERMS, bondIotx: '99.9' }, 'BOND_TOO_LOW'],
    ['a bond that is not there', { ...TERMS, bondIotx: '10001' }, 'FUNDS_TOO_LOW'],
  ])('%s is not proposed', async (_, terms, code) => {
    await writeFile(path('wrong.json'), JSON.stringify(terms))
    expect(await refusedBefore('mod', 'dim propose wrong.json')).toBe(code)
  })

  test('a proposal says what it costs and may do, and is made once', async () => {
    const [preview, made] = await both(as('mod', 'dim propose terms.json'))
    expect(preview).toContain(
      `requests of ${addressOf('mod')}: an offence costs up to 50 % of what backs it; evidence counts for 2d; ${addressOf('res')} can veto for 12h, then it is executed within 1d; what is slashed goes to ${HARMED}`,
    )
    expect(preview).toContain('bond: 100.0 IOTX, until it was retracted, or released 3d 12h after it left')
    expect(preview).toMatch(/DimRegistry\.propose\(.*\): sends 100\.0 IOTX, gas at most/)
    expect(preview).not.toContain('cannot admit it')
    expect(made).toMatchObject({
      dim: '1',
      status: 'proposed',
      manager: addressOf('mod'),
      bondWei: String(parseEther('100')),
      admittedAt: null,
      terms: { maximumSlashBps: '5000', evidenceAgeS: '172800', windowS: '302400', resolver: addressOf('res') },
      transactions: [expect.any(String)],
    })
    expect(await json(as('mod', 'dim propose terms.json'))).toMatchObject({ dim: '1', transactions: [] })
    expect(await json(as('mod', 'dim propose immediate.json'))).toMatchObject({
      dim: '2',
      terms: { resolver: null, beneficiary: null, vetoWindowS: '0', maximumSlashBps: '1250' },
    })
  })

  test('one that stake would outrun is told so', async () => {
    await writeFile(path('slow.json'), JSON.stringify({ ...IMMEDIATE, executionWindow: '5d' }))
    const [preview] = await both(as('mod', 'dim propose slow.json'))
    expect(preview).toContain('governance cannot admit it as things are: its window is 7d, and stake leaves within 7d')
  })

  test('is retracted and its bond withdrawn, each once, by its manager alone', async () => {
    expect(await refusedBefore('eve', 'dim retract 3')).toBe('NOT_MANAGER')
    expect(await refusedBefore('mod', 'dim withdraw-bond 3')).toBe('DIM_STATE')
    expect(await refusedBefore('mod', 'dim retire 3')).toBe('DIM_STATE')
    expect(await refusedBefore('mod', 'dim retract 9')).toBe('DIM_UNKNOWN')
    expect(await json(as('mod', 'dim retract 3'))).toMatchObject({
      status: 'released',
      transactions: [expect.any(String)],
    })
    expect(await json(as('mod', 'dim retract 3'))).toMatchObject({ transactions: [] })
    expect(await refusedBefore('mod', `dim withdraw-bond 3 --to ${deployed.dims}`)).toBe('PAYMENT_REFUSED')
    const [preview, paid] = await both(as('mod', `dim withdraw-bond 3 --to ${HARMED}`))
    expect(preview).toContain(`100.0 IOTX go to ${HARMED}`)
    expect(paid).toMatchObject({ bondWei: String(parseEther('100')) })
    expect(await provider.getBalance(HARMED)).toBe(parseEther('100'))
    expect(await json(as('mod', 'dim withdraw-bond 3'))).toMatchObject({ bondWei: '0', transactions: [] })
  })

  test('are admitted by governance', async () => {
    const dims = connectDimRegistry(deployed.dims, governance)
    for (const dim of [1n, 2n]) await (await dims.admit(dim)).wait()
    expect(await shown('dim show')).toMatch(
      /^a proposal takes a bond of 100\.0 IOTX\nDIM 1: admitted .* UTC\nDIM 2: admitted .* UTC\nDIM 3: released\n$/,
    )
    expect(await json(read('dim show'))).toMatchObject({ dims: [{ dim: '1', status: 'admitted' }, {}, {}] })
    expect(await refusedBefore('mod', 'dim retract 1')).toBe('DIM_STATE')
    expect(await refusal(read('dim show 4'))).toBe('DIM_UNKNOWN')
  })
})

describe('validators', () => {
  test.each([
    ['validator register --commission 101', 'TRANSACTION_REVERTED'],
    ['validator register --commission 5.125', 'OPTION_INVALID'],
    ['validator register --commission 5 --ioid 1', 'IOID_NOT_YOURS'],
    ['validator commission 5', 'VALIDATOR_UNKNOWN'],
    ['validator opt 1', 'VALIDATOR_UNKNOWN'],
    ['allocate 1=100', 'VALIDATOR_UNKNOWN'],
  ])('%s sends nothing: %s', async (command, code) => {
    expect(await refusedBefore('val', command)).toBe(code)
  })

  test('register once, and change their commission from the next day on', async () => {
    const [preview, made] = await both(as('val', 'validator register --commission 5'))
    const midnight = midnightAfter(await now())
    expect(preview).toContain(`becomes a validator, and keeps 5 % of rewards from ${utc(midnight)} UTC on`)
    expect(made).toMatchObject({ validator: addressOf('val'), ioID: null, commissionBps: '500' })
    expect(await json(as('val', 'validator register --commission 5'))).toMatchObject({ transactions: [] })
    expect(await refusedBefore('val', 'validator register --commission 6')).toBe('VALIDATOR_REGISTERED')
    const [change] = await both(as('val', 'validator commission 7.5'))
    expect(change).toContain(`keeps 0 % of rewards until ${utc(midnight)} UTC, and 7.5 % from then on`)
    expect(await json(as('val', 'validator commission 7.5'))).toMatchObject({
      commissionNextBps: '750',
      countsFrom: String(midnight),
      transactions: [],
    })
  })

  test('agree with modules, each side once, from the next day on', async () => {
    expect(await refusedBefore('val', 'validator opt 3')).toBe('DIM_STATE')
    expect(await refusedBefore('val', 'validator opt 4')).toBe('DIM_UNKNOWN')
    const [preview, opted] = await both(as('val', 'validator opt 1'))
    expect(preview).toMatch(
      /that have a line of DIM 1 backs it from .* UTC on, once it accepts\n {2}an offence costs up to 50 %/,
    )
    expect(opted).toMatchObject({ optedIn: true, servesNext: false, transactions: [expect.any(String)] })
    expect(await json(as('val', 'validator opt 1'))).toMatchObject({ transactions: [] })
    expect(await shown(`validator show ${addressOf('val')}`)).toContain('DIM 1: opted in, not accepted')

    expect(await refusedBefore('eve', `dim accept 1 ${addressOf('val')}`)).toBe('NOT_MANAGER')
    expect(await refusedBefore('mod', `dim accept 1 ${addressOf('eve')}`)).toBe('VALIDATOR_UNKNOWN')
    const [acceptance, accepted] = await both(as('mod', `dim accept 1 ${addressOf('val')}`))
    expect(acceptance).toMatch(/DIM 1 accepts 0x\w{40}: stake in its baskets counts from .* UTC on/)
    expect(accepted).toMatchObject({ accepted: true, servesNext: true, transactions: [expect.any(String)] })
    expect(await json(as('mod', `dim accept 1 ${addressOf('val')}`))).toMatchObject({ transactions: [] })
    await json(as('val', 'validator opt 2'))
    await json(as('mod', `dim accept 2 ${addressOf('val')}`))
    expect(await shown(`validator show ${addressOf('val')}`)).toContain(
      `DIM 1: serves it from ${utc(midnightAfter(await now()))} UTC on`,
    )
  })
})

describe('baskets', () => {
  test.each([
    ['allocate', 'OPTION_INVALID'],
    ['allocate 1=0', 'OPTION_INVALID'],
    ['allocate 1=101', 'OPTION_INVALID'],
    ['allocate 1=10 1=20', 'OPTION_INVALID'],
    ['allocate 1', 'OPTION_INVALID'],
    ['allocate 1=10 --close 1', 'OPTION_INVALID'],
    ['allocate --close 1 --rehypothecate', 'OPTION_INVALID'],
    ['allocate 4=10', 'DIM_UNKNOWN'],
    ['allocate 3=10', 'DIM_STATE'],
    ['allocate 1=60 2=50', 'BASKET_REFUSED'],
    ['allocate --close 1', 'BASKET_UNKNOWN'],
  ])('%s sends nothing: %s', async (command, code) => {
    expect(await refusedBefore('val', command)).toBe(code)
  })

  test('are opened once, with what they expose', async () => {
    const [preview, made] = await both(as('val', 'allocate 2=40 1=60'))
    expect(preview).toMatch(
      /whoever delegates to this basket of 0x\w{40} backs with it\n {2}DIM 1 has 60 % \(from the next day on\): /,
    )
    expect(preview).toContain(
      'DIM 2 has 40 % (from the next day on): an offence costs up to 12.5 % of what backs it; evidence counts for 2d; slashes are executed at once, without a veto; what is slashed is burnt',
    )
    expect(preview).toContain('one offence each can cost 35 % in all')
    expect(preview).toContain('free: 40 % is neither allocated nor slashable')
    expect(made).toMatchObject({ basket: '1', isOpen: true, freeBps: '4000', slashableBps: '3500' })
    expect(made.lines).toMatchObject([
      { dim: '1', shareBps: '6000', maximumSlashBps: '5000', servesNext: true, beneficiary: HARMED },
      { dim: '2', shareBps: '4000', beneficiary: null },
    ])
    expect(await json(as('val', 'allocate 1=60 2=40'))).toMatchObject({ basket: '1', transactions: [] })
  })

  test('rehypothecate where it is said, and are closed once', async () => {
    const [preview, made] = await both(as('val', 'allocate 1=100 2=50 --rehypothecate'))
    expect(preview).toContain('rehypothecated: 150 % in all, of which one offence each can cost 56.25 %')
    expect(made).toMatchObject({ basket: '2', freeBps: '0' })
    const [closing, closed] = await both(as('val', 'allocate --close 2'))
    expect(closing).toContain('takes no new stake; what is in it stays, and can be slashed')
    expect(closed).toMatchObject({ basket: '2', isOpen: false })
    expect(await json(as('val', 'allocate --close 2'))).toMatchObject({ transactions: [] })
  })
})

describe('stake', () => {
  test.each([
    ['stake 0', 'OPTION_INVALID'],
    ['stake 1.0000000000000000001', 'OPTION_INVALID'],
    ['stake 10001', 'FUNDS_TOO_LOW'],
    ['stake 1 --asset 0x0000000000000000000000000000000000000123', 'ASSET_UNKNOWN'],
    ['stake 1 --asset coin', 'OPTION_INVALID'],
    ['withdraw all', 'NOTHING_STAKED'],
  ])('%s sends nothing: %s', async (command, code) => {
    expect(await refusedBefore('ada', command)).toBe(code)
  })

  test('delegating nothing, or to no basket, sends nothing', async () => {
    const to = `--validator ${addressOf('val')} --basket`
    expect(await refusedBefore('ada', `delegate 1 ${to} 1`)).toBe('NOTHING_STAKED')
    expect(await refusedBefore('ada', `delegate 1 ${to} 3`)).toBe('BASKET_UNKNOWN')
    expect(await refusedBefore('ada', `delegate 1 ${to} 2`)).toBe('BASKET_CLOSED')
    expect(await refusedBefore('ada', `delegate 1 --validator ${addressOf('eve')} --basket 1`)).toBe(
      'VALIDATOR_UNKNOWN',
    )
    expect(await refusedBefore('ada', `exit all ${to} 1`)).toBe('NOTHING_STAKED')
  })

  test('what it means is said first, and nothing is sent without consent', async () => {
    const words = ['msp', 'stake', '100', ...network, '--keystore', 'ada.json']
    const alone = await run(words, { settings })
    expect(alone.stderr).toContain(`100 IOTX go into the vault of IOTX (${deployed.nativeVault}) and become yours`)
    expect(alone.stderr).toContain('nothing of it can be slashed, nor does it count, until it is delegated')
    expect(alone.stderr).toMatch(/NativeVault\.depositNative\(staker 0x\w+\): sends 100\.0 IOTX, gas at most/)
    expect(alone.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_REQUIRED: Nothing was sent/)
    const declined = await run(words, {
      settings,
      terminal: { ...nobody, interactive: true, confirm: async () => false },
    })
    expect(declined.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_DECLINED: Nothing was sent/)
    expect(await provider.getTransactionCount(addressOf('ada'))).toBe(0)
  })

  test('IOTX are staked, for others too, and withdrawn', async () => {
    expect(await json(as('ada', 'stake 1100'))).toMatchObject({
      staker: addressOf('ada'),
      asset: { symbol: 'IOTX', decimals: 18, isCoin: true },
      vault: deployed.nativeVault,
      credited: { amount: '1100', units: String(parseEther('1100')) },
      balance: { amount: '1100' },
      transactions: [expect.any(String)],
    })
    const [gift] = await both(as('ada', `stake 2.5 --for ${addressOf('eve')}`))
    expect(gift).toContain(`become ${addressOf('eve')}'s`)
    expect(await refusedBefore('eve', 'withdraw 3')).toBe('STAKE_TOO_LOW')
    expect(await refusedBefore('eve', `withdraw 1 --to ${deployed.slasher}`)).toBe('PAYMENT_REFUSED')
    const to = ELSEWHERE
    const [preview, paid] = await both(as('eve', `withdraw 1.5 --to ${to}`))
    expect(preview).toContain(`1.5 IOTX go to ${to}`)
    expect(paid).toMatchObject({ recipient: to, paid: { amount: '1.5' } })
    expect(await provider.getBalance(to)).toBe(parseEther('1.5'))
    expect(await json(as('eve', 'withdraw all'))).toMatchObject({ paid: { amount: '1' } })
  })

  test('what delegating exposes, when it counts and when it could leave is said first', async () => {
    const to = `--validator ${addressOf('val')} --basket 1`
    expect(await refusedBefore('ada', `delegate 1101 ${to}`)).toBe('STAKE_TOO_LOW')
    const before = await now()
    const [preview, made] = await both(as('ada', `delegate 1000 ${to}`))
    for (const line of [
      `1000 IOTX go to basket 1 of ${addressOf('val')}, where\n`,
      'DIM 1 has 60 % (from the next day on): an offence costs up to 50 % of what backs it (300 IOTX); evidence counts for 2d; ',
      'DIM 2 has 40 % (from the next day on): an offence costs up to 12.5 % of what backs it (50 IOTX); ',
      'one offence each can cost 35 % in all\n',
      'free: 40 % is neither allocated nor slashable\n',
      'the validator keeps 0 % of rewards, and 7.5 % from the next day on\n',
      'a share is 1 IOTX: 1000 shares, worth 1000 IOTX now\n',
      `it counts from ${utc(midnightAfter(before))} UTC on, in `,
      `it leaves 7d after you ask: asked now, ${utc(before + EXIT_DELAY_S)} UTC; until then it can be slashed\n`,
    ])
      expect(preview).toContain(line)
    expect(made).toMatchObject({
      validator: addressOf('val'),
      basket: '1',
      delegated: { amount: '1000' },
      price: '1',
      countsFrom: String(midnightAfter(before)),
      exitDelayS: String(EXIT_DELAY_S),
      lines: [
        { dim: '1', mostUnits: String(parseEther('300')) },
        { dim: '2', mostUnits: String(parseEther('50')) },
      ],
    })
    // A wei or so is the pool's, by rounding.
    expect(parseEther('1000') - BigInt(made.worth.units)).toBeLessThan(2n)
  })

  test('is shown by account, validator, module and asset', async () => {
    const early = await json(read(`show --account ${addressOf('ada')}`))
    expect(early.balances).toMatchObject([{ asset: { symbol: 'IOTX' }, amount: '100' }])
    expect(early.positions).toMatchObject([
      {
        validator: addressOf('val'),
        basket: '1',
        price: '1',
        slashable: [
          { dim: '1', units: '0' },
          { dim: '2', units: '0' },
        ],
      },
    ])
    await chain.nextDay()
    await chain.pass(60)
    const account = await shown(`show --account ${addressOf('ada')}`)
    expect(account).toContain('100 IOTX are not delegated')
    expect(account).toMatch(/DIM 1 could take up to (300|299\.9{10}\d*) IOTX for an offence of now/)
    expect(account).toMatch(/DIM 2 could take up to (50|49\.9{10}\d*) IOTX for an offence of now/)
    const validator = await json(read(`show --validator ${addressOf('val')}`))
    expect(validator).toMatchObject({
      commissionBps: '750',
      modules: [{ dim: '1', opted: true, accepted: true, serves: true }, { dim: '2' }],
      baskets: [
        { basket: '1', isOpen: true },
        { basket: '2', isOpen: false },
      ],
      pools: [{ basket: '1', asset: { symbol: 'IOTX' }, price: '1' }],
    })
    const dim = await json(read('show --dim 1'))
    expect(dim).toMatchObject({
      status: 'admitted',
      metadataUri: TERMS.metadataUri,
      validators: [{ stake: [{ shareBps: '6000' }] }],
    })
    expect(parseEther('600') - BigInt(dim.stake[0].units)).toBeLessThan(2n)
    const all = await json(read('show'))
    expect(all).toMatchObject({
      exitDelayS: String(EXIT_DELAY_S),
      longestWindowS: '302400',
      vaults: [
        { asset: { symbol: 'IOTX' }, vault: deployed.nativeVault, units: String(parseEther('1100')) },
        { asset: { symbol: 'IOTX of buckets-v2' }, units: '0' },
        { asset: { symbol: 'IOTX of buckets-v3' }, units: '0' },
      ],
    })
    expect(await shown('show')).toContain('2 modules are admitted')
    expect(await refusal(read(`show --dim 1 --validator ${ELSEWHERE}`))).toBe('OPTION_INVALID')
    expect(await shown(`show --account ${ELSEWHERE}`)).toContain('has nothing in any vault')
  })
})

describe('slashes', () => {
  const offence = (captured: number | string, amount: string, dim = 1) =>
    `slash request ${dim} --validator ${addressOf('val')} --basket 1 --captured ${captured} --amount ${amount} --evidence evidence.txt`

  test('what cannot be slashed is not asked for', async () => {
    const time = (await now()) - 10
    expect(await refusedBefore('eve', offence(time, '10'))).toBe('NOT_ENFORCER')
    expect(await refusedBefore('mod', offence(time + 100, '10'))).toBe('CAPTURE_TIME_REFUSED')
    expect(await refusedBefore('mod', offence(time - 3 * DAY_S, '10'))).toBe('CAPTURE_TIME_REFUSED')
    expect(await refusedBefore('mod', offence('yesterday', '10'))).toBe('OPTION_INVALID')
    // Before the epoch in which both agreed.
    expect(await refusedBefore('mod', offence(time - DAY_S / 2, '10'))).toBe('NOTHING_SLASHABLE')
    expect(await refusedBefore('mod', offence(time, '10', 9))).toBe('DIM_UNKNOWN')
    expect(await refusedBefore('mod', offence(time, '10').replace('evidence.txt', 'none.txt'))).toBe('FILE_NOT_FOUND')
    expect(await refusal(read('slash show 1'))).toBe('REQUEST_UNKNOWN')
    expect(await shown('slash show')).toBe('no slashes\n')
  })

  test('a request is made once, vetoed by its resolver, or executed in its time', async () => {
    const evidenceHash = keccak256(toUtf8Bytes('it signed two blocks'))
    const captured = (await now()) - 10
    const [preview, made] = await both(as('mod', offence(captured, '120')))
    expect(preview).toContain(
      `DIM 1 asks for 120 IOTX of basket 1 of ${addressOf('val')}, for an offence of ${utc(captured)} UTC\n  300 IOTX can be taken at most; an offence costs`,
    )
    expect(preview).toMatch(/it can be vetoed until .* UTC, and executed until .* UTC\n/)
    expect(preview).toContain(`evidence ${evidenceHash}, 20 bytes, for everyone to read`)
    expect(made).toMatchObject({
      request: '1',
      status: 'requested',
      evidenceHash,
      captureTime: String(captured),
      taken: null,
    })
    expect(await json(as('mod', offence(captured, '120')))).toMatchObject({ request: '1', transactions: [] })

    expect(await refusedBefore('eve', 'slash veto 1')).toBe('NOT_RESOLVER')
    expect(await refusedBefore('eve', 'slash execute 1')).toBe('WINDOW_NOT_OPEN')
    expect(await refusedBefore('eve', 'slash execute 2')).toBe('REQUEST_UNKNOWN')
    const [veto, vetoed] = await both(as('res', 'slash veto 1'))
    expect(veto).toContain('nothing is taken for this request, for good')
    expect(vetoed).toMatchObject({ status: 'vetoed', transactions: [expect.any(String)] })
    expect(await json(as('res', 'slash veto 1'))).toMatchObject({ transactions: [] })
    expect(await refusedBefore('eve', 'slash execute 1')).toBe('REQUEST_STATE')

    const again = new Date(captured * 1000).toISOString().replace('.000Z', 'Z')
    expect(await json(as('mod', offence(again, 'all')))).toMatchObject({ request: '2', captureTime: String(captured) })
    await chain.pass(DAY_S / 2)
    expect(await refusedBefore('res', 'slash veto 2')).toBe('WINDOW_CLOSED')
    expect(await shown('slash show 2')).toMatch(
      /^request 2: anyone may execute it until .* UTC \(msp slash execute\)\n/,
    )
    const [execution, executed] = await both(as('eve', 'slash execute 2'))
    expect(execution).toContain(
      `are taken of the pool, from everyone in it in proportion; what is slashed goes to ${HARMED}`,
    )
    expect(executed).toMatchObject({ status: 'executed', transactions: [expect.any(String)] })
    expect(parseEther('300') - BigInt(executed.taken.units)).toBeLessThan(2n)
    expect(await json(as('eve', 'slash execute 2'))).toMatchObject({ taken: executed.taken, transactions: [] })
    expect(await refusedBefore('res', 'slash veto 2')).toBe('REQUEST_STATE')
  })

  test('a request lapses', async () => {
    await chain.pass(60)
    const captured = (await now()) - 10
    await json(as('mod', offence(captured, '1')))
    await chain.pass(1.5 * DAY_S + 60)
    expect(await refusedBefore('eve', 'slash execute 3')).toBe('WINDOW_CLOSED')
    expect(await shown('slash show 3')).toMatch(/^request 3: lapsed/)
    // Evidence still counts: it is asked for again, as another request.
    expect(await json(as('mod', offence(captured, '1')))).toMatchObject({ request: '4', status: 'requested' })
  })

  test('without a veto window a slash is executed at once, and once', async () => {
    const captured = (await now()) - 10
    const [preview, made] = await both(as('mod', offence(captured, '1000', 2)))
    expect(preview).toMatch(/ 3[45]\.?\d* IOTX can be taken at most; /)
    expect(preview).toContain('it is executed at once, for good')
    expect(made).toMatchObject({ request: null, status: 'executed', dim: '2' })
    expect(await json(as('mod', offence(captured, '1000', 2)))).toMatchObject({ taken: made.taken, transactions: [] })
  })

  test('are collected by whom they are due to, or burnt', async () => {
    expect(await refusedBefore('eve', `slash collect --beneficiary ${addressOf('eve')}`)).toBe('NOTHING_COLLECTABLE')
    const before = await new Contract(await vaultAsset(), tokenInterface, provider).balanceOf!(HARMED)
    const [preview, paid] = await both(as('eve', `slash collect --beneficiary ${HARMED}`))
    expect(preview).toContain(`IOTX go to ${HARMED}`)
    const after = await new Contract(await vaultAsset(), tokenInterface, provider).balanceOf!(HARMED)
    expect(String(after - before)).toBe(paid.collected.units)
    const [burning, burnt] = await both(as('eve', 'slash collect'))
    expect(burning).toContain('IOTX are burnt')
    expect(burnt).toMatchObject({ beneficiary: null })
    expect(await refusedBefore('eve', 'slash collect')).toBe('NOTHING_COLLECTABLE')
  })

  test('have a history, of all, of a module, of a validator', async () => {
    const all = await json(read('slash show'))
    expect(all.slashes).toMatchObject([
      { request: '1', status: 'vetoed', taken: null },
      { request: '2', status: 'executed', dim: '1' },
      { request: '3', status: 'requested' },
      { request: '4', status: 'requested' },
      { request: null, status: 'executed', dim: '2', evidenceHash: keccak256(toUtf8Bytes('it signed two blocks')) },
    ])
    expect((await json(read('slash show --dim 2'))).slashes).toHaveLength(1)
    expect((await json(read(`slash show --validator ${addressOf('val')}`))).slashes).toHaveLength(5)
    expect((await json(read(`slash show --validator ${addressOf('eve')}`))).slashes).toEqual([])
    const text = await shown('slash show --dim 2')
    expect(text).toMatch(
      /^at once: executed, 3[45]\.?\d* IOTX were taken\n {2}DIM 2 asks for 1000 IOTX .*\n {2}evidence 0x\w{64}\n$/,
    )
  })

  const vaultAsset = async (): Promise<string> =>
    new Contract(deployed.nativeVault, ['function asset() view returns (address)'], provider).asset!()
})

describe('rewards', () => {
  test.each([
    ['bribe fund 9 1', 'DIM_UNKNOWN'],
    ['bribe fund 3 1', 'DIM_STATE'],
    ['bribe fund 1 0', 'OPTION_INVALID'],
    ['bribe fund 1 1 --from 2001-01-01', 'EPOCHS_REFUSED'],
    ['bribe fund 1 1 --from 2101-01-01', 'EPOCHS_REFUSED'],
    ['bribe fund 1 1 --from 2027-02-30', 'OPTION_INVALID'],
    ['bribe fund 1 1 --days 367', 'OPTION_INVALID'],
    ['bribe fund 1 5001 --days 2', 'FUNDS_TOO_LOW'],
    [`bribe fund 1 1 --asset ${ELSEWHERE}`, 'ASSET_UNKNOWN'],
  ])('%s sends nothing: %s', async (command, code) => {
    expect(await refusedBefore('mod', command)).toBe(code)
  })

  test('are funded for days to come, wrapped and approved exactly', async () => {
    const first = new Date(midnightAfter(await now()) * 1000).toISOString().slice(0, 10)
    const [preview, made] = await both(as('mod', 'bribe fund 1 10 --days 2'))
    expect(preview).toContain(`10 WIOTX for each day from ${first} to `)
    expect(preview).toContain(': 20 WIOTX in all\n')
    expect(preview).toContain(
      'shared by the stake of IOTX that backs DIM 1 all through the day: as things are, 399 IOTX, less their validators’ commission'.replace(
        '’',
        "'",
      ),
    )
    expect(preview).toMatch(/WrappedIOTX\.deposit\(\): sends 20\.0 IOTX/)
    expect(preview).toMatch(/WIOTX\.approve\(spender 0x\w{40}, amount 20000000000000000000\): sends nothing/)
    expect(made).toMatchObject({ dim: '1', firstDay: first, days: '2', funded: { amount: '20' } })
    expect(made.transactions).toHaveLength(3)
    const wrapped = new Contract(made.token.address, tokenInterface, provider)
    expect(await wrapped.allowance!(addressOf('mod'), deployed.rewards)).toBe(0n)

    await json(as('ada', `bribe fund 1 5 --token ${token}`))
    const dust = await deployArtifact('OddToken', governance, 'ODD', 0, addressOf('ada'))
    await json(as('ada', `bribe fund 1 5 --token ${dust}`))
    await json(as('ada', `stake 1 --asset ${dust} --create`))
    await json(as('ada', `bribe fund 1 3 --days 2 --asset ${dust} --token ${token}`))
    const odd = new Contract(dust, ['function blockAccount(address)'], governance)
    await (await odd.blockAccount!(addressOf('ada'))).wait()
    expect(await refusedBefore('ada', 'bribe refund')).toBe('NOT_REFUNDABLE')
    expect(await json(as('ada', 'bribe claim'))).toMatchObject({ claimed: [], failed: [], transactions: [] })
    const { pots } = await json(read('bribe show'))
    expect(pots).toMatchObject([
      {
        dim: '1',
        token: { symbol: 'WIOTX' },
        left: { amount: '20' },
        days: [{ day: first, funded: { amount: '10' }, backing: { amount: '399' } }, { funded: { amount: '10' } }],
      },
      { token: { address: token }, asset: { symbol: 'IOTX' } },
      { token: { address: dust } },
      {
        token: { address: token },
        asset: { address: dust },
        days: [{ backing: { amount: '0' } }, { backing: { amount: '0' } }],
      },
    ])
    expect(await shown('bribe show --dim 1')).toContain(`  ${first}: 10 WIOTX for 399 IOTX\n`)
    expect(await shown('bribe show --dim 2')).toContain('nothing is paid yet')
  })

  test('are claimed in all tokens at once; one that refuses stops no other', async () => {
    for (let day = 0; day < 3; day++) await chain.nextDay()
    await chain.pass(60)
    const { due } = await json(read(`bribe show --account ${addressOf('ada')}`))
    expect(due).toMatchObject([
      { token: { symbol: 'WIOTX' }, validator: addressOf('val'), basket: '1' },
      { token: { address: token }, units: '4624999' },
      { units: '4624999' },
    ])
    expect(Number(due[0].amount)).toBeCloseTo(18.5, 9)
    const [preview, paid] = await both(as('ada', 'bribe claim'))
    expect(preview).toContain(
      `4.624999 ODD for stake of IOTX in basket 1 of ${addressOf('val')}, by DIM 1, are paid to ${addressOf('ada')}`,
    )
    expect(preview).toMatch(/Rewards\.claimEach\(/)
    expect(paid.claimed).toMatchObject([
      { token: { symbol: 'WIOTX' } },
      { token: { symbol: 'ODD' }, paid: { units: '4624999' } },
    ])
    expect(paid.failed).toMatchObject([{ dim: '1', token: { symbol: 'ODD' }, reason: 'the token refuses' }])
    expect(paid.transactions).toHaveLength(1)
    expect(await json(as('ada', 'bribe claim'))).toMatchObject({ claimed: [], failed: [{}], transactions: [] })
    expect(await shown(`bribe show --account ${addressOf('ada')}`)).toMatch(
      /^4\.624999 ODD: ODD for IOTX that backs DIM 1\n$/,
    )
  })

  test('many days take several transactions', async () => {
    await json(as('mod', 'bribe fund 1 1 --days 20'))
    await chain.pass(21 * DAY_S)
    const { claimed, transactions } = await json(as('ada', `bribe claim --dim 1 --token IOTX`))
    const paid = claimed.map((each: { paid: { amount: string } }) => Number(each.paid.amount))
    expect(paid).toHaveLength(2)
    expect(transactions).toHaveLength(2)
    expect(paid[0]).toBeCloseTo(16 * 0.925, 9)
    expect(paid[1]).toBeCloseTo(4 * 0.925, 9)
  })

  test('the validator claims its commission', async () => {
    const paid = await json(as('val', 'bribe claim'))
    expect(paid.commissions).toMatchObject([
      { token: { symbol: 'WIOTX' } },
      { token: { symbol: 'ODD' }, paid: { units: '374999' } },
    ])
    expect(Number(paid.commissions[0].paid.amount)).toBeCloseTo(3, 9)
    expect(await json(as('val', `bribe claim --token ${token}`))).toMatchObject({ commissions: [], transactions: [] })
  })

  test('what nobody could earn goes back to its funder, once', async () => {
    const [preview, back] = await both(as('ada', 'bribe refund'))
    expect(preview).toMatch(/6 ODD of \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d go back to 0x/)
    const day = { dim: '1', paid: { amount: '3' } }
    // Both days in one transaction.
    expect(back).toMatchObject({ refunded: [day, day], transactions: [expect.any(String)] })
    expect(await refusedBefore('ada', 'bribe refund')).toBe('NOT_REFUNDABLE')
    expect(await json(as('eve', 'bribe refund'))).toMatchObject({ refunded: [], transactions: [] })
  })
})

describe('leaving', () => {
  const from = () => `--validator ${addressOf('val')} --basket 1`

  test('part leaves, then all, each with its time', async () => {
    const held = await json(read(`show --account ${addressOf('ada')}`))
    expect(Number(held.positions[0].price)).toBeCloseTo(0.665, 3)
    expect(await refusedBefore('ada', `exit 700 ${from()}`)).toBe('STAKE_TOO_LOW')
    const [preview, part] = await both(as('ada', `exit 100 ${from()}`))
    expect(preview).toMatch(
      /100 IOTX leave basket 1 of 0x\w{40}, at 0\.66\d* IOTX a share\n {2}it counts for no module from now on\n/,
    )
    expect(preview).toMatch(
      /it unlocks 7d from now, .* UTC or with what was asked to leave before it, whichever is later/,
    )
    expect(part).toMatchObject({ exit: '1', isUnlocked: false, requested: { amount: '100' } })
    expect(BigInt(part.worth.units) - parseEther('100')).toBeLessThan(10n)
    await chain.pass(DAY_S)
    const rest = await json(as('ada', `exit all ${from()}`))
    expect(rest).toMatchObject({ exit: '2', transactions: [expect.any(String)] })
    expect(await json(as('ada', `exit all ${from()}`))).toMatchObject({ exit: '2', transactions: [] })
    expect(await refusedBefore('ada', `exit 1 ${from()}`)).toBe('NOTHING_STAKED')
    expect(await shown(`show --account ${addressOf('ada')}`)).toMatch(
      /exit 1: 100\.?\d* IOTX of basket 1 of 0x\w{40}, unlocks .* UTC, in (6d|5d 23h .*); until then it can be slashed\nexit 2: /,
    )
  })

  test('nothing is claimed before it unlocks', async () => {
    expect(await refusedBefore('ada', 'claim 1')).toBe('EXIT_LOCKED')
    expect(await refusedBefore('ada', 'claim 3')).toBe('EXIT_UNKNOWN')
    expect(await refusedBefore('ada', 'claim one')).toBe('OPTION_INVALID')
    const early = await json(as('ada', 'claim'))
    expect(early).toMatchObject({ claimed: [], transactions: [], nextUnlockTime: expect.stringMatching(/^\d+$/) })
  })

  test('what has unlocked is claimed, then withdrawn; run again, it goes on', async () => {
    await chain.pass(EXIT_DELAY_S - DAY_S)
    const [preview, first] = await both(as('ada', 'claim'))
    expect(preview).toMatch(/exit 1: 100\.?\d* IOTX are credited\n/)
    expect(first).toMatchObject({ claimed: [{ exit: '1' }], withdrawn: [], transactions: [expect.any(String)] })
    await chain.pass(DAY_S)
    // Anyone may.
    expect(await json(as('eve', 'claim 2'))).toMatchObject({ claimed: [{ exit: '2' }] })
    const last = await json(as('ada', 'claim --withdraw'))
    expect(last).toMatchObject({ claimed: [], nextUnlockTime: null, transactions: [expect.any(String)] })
    expect(last.withdrawn).toHaveLength(1)
    expect(Number(last.withdrawn[0].amount)).toBeCloseTo(100 + 665, 0)
    // The other token does not pay ada: it stops nothing else.
    expect(last.notWithdrawn).toMatchObject([{ asset: { symbol: 'ODD' }, reason: 'the token refuses' }])
    expect(await json(as('ada', 'claim --withdraw'))).toMatchObject({ withdrawn: [], transactions: [] })
    expect(await shown(`show --account ${addressOf('ada')}`)).toBe(
      '1 ODD are not delegated: they can be withdrawn (msp withdraw)\n',
    )
  })
})

describe('tokens', () => {
  const to = () => `--validator ${addressOf('val')} --basket 1 --asset ${token}`

  test('need a vault, which anyone creates; amounts are in their units', async () => {
    expect(await refusedBefore('ada', `stake 5 --asset ${token}`)).toBe('VAULT_MISSING')
    expect(await refusedBefore('ada', `delegate 5 ${to()}`)).toBe('VAULT_MISSING')
    expect(await refusedBefore('ada', `stake 0.0000001 --asset ${token} --create`)).toBe('OPTION_INVALID')
    expect(await refusedBefore('eve', `stake 1 --asset ${token} --create`)).toBe('FUNDS_TOO_LOW')
    const [preview, made] = await both(as('ada', `stake 1000.5 --asset ${token} --create`))
    expect(preview).toContain(`a vault is created for ODD (${token})`)
    expect(preview).toMatch(/ODD\.approve\(spender 0x\w{40}, amount 1000500000\): sends nothing/)
    expect(preview).toMatch(/vault of ODD\.deposit\(amount 1000500000, staker 0x\w{40}\): sends nothing/)
    expect(made).toMatchObject({
      asset: { address: token, symbol: 'ODD', decimals: 6, isCoin: false },
      credited: { amount: '1000.5', units: '1000500000' },
    })
    expect(made.transactions).toHaveLength(3)
  })

  test('exactly the amount is approved, over zero where another was', async () => {
    const odd = new Contract(token, tokenInterface, new Wallet(`0x${'61'.repeat(32)}`, provider))
    const { vaults } = await json(read('show'))
    const vault = vaults.find(({ asset }: { asset: { address: string } }) => asset.address === token).vault
    await (await odd.approve!(vault, 7n)).wait()
    const { transactions } = await json(as('ada', `stake 1 --asset ${token}`))
    expect(transactions).toHaveLength(3)
    expect(await odd.allowance!(addressOf('ada'), vault)).toBe(0n)
    await (await odd.approve!(vault, parseUnits('2', 6))).wait()
    expect((await json(as('ada', `stake 2 --asset ${token}`))).transactions).toHaveLength(1)
  })

  test('are delegated, leave and are withdrawn as IOTX are', async () => {
    const [preview, made] = await both(as('ada', `delegate all ${to()}`))
    expect(preview).toContain('1003.5 ODD go to basket 1')
    expect(preview).toContain('an offence costs up to 50 % of what backs it (301.05 ODD)')
    expect(made).toMatchObject({ delegated: { units: '1003500000' } })
    await json(as('ada', `exit 3.5 ${to()}`))
    await chain.pass(EXIT_DELAY_S)
    const done = await json(as('ada', 'claim --withdraw'))
    expect(done.claimed).toMatchObject([{ asset: { address: token } }])
    expect(done.withdrawn).toMatchObject([{ asset: { address: token }, amount: '3.5' }])
  })

  test('what one takes on the way is said', async () => {
    const dear = await deployArtifact('OddToken', governance, 'ODD', 100, addressOf('ada'))
    const [preview, made] = await both(as('ada', `stake 200 --asset ${dear} --create`))
    expect(preview).toContain('ODD takes its part on the way: 198 ODD are credited')
    expect(made).toMatchObject({ credited: { amount: '198' } })
  })
})

describe('the end of a module', () => {
  test('it leaves, is obliged for its window, and is released', async () => {
    expect(await refusedBefore('eve', 'dim retire 1')).toBe('NOT_MANAGER')
    expect(await refusedBefore('eve', 'dim release 1')).toBe('DIM_STATE')
    const [preview, left] = await both(as('mod', 'dim retire 1'))
    expect(preview).toContain('no stake backs DIM 1 from now on, and no basket with it can be opened; for good')
    expect(preview).toContain('earlier offences can be slashed for 3d 12h, until ')
    expect(left).toMatchObject({ status: 'leaving', obligedUntil: String((await now()) + 302_400) })
    expect(await json(as('mod', 'dim retire 1'))).toMatchObject({ transactions: [] })
    expect(await refusedBefore('eve', 'dim release 1')).toBe('DIM_OBLIGED')
    expect(await shown('dim show 1')).toMatch(
      /^DIM 1: leaving since .* UTC; earlier offences can be slashed until .* UTC\n/,
    )
    await chain.pass(302_401)
    expect(await json(as('eve', 'dim release 1'))).toMatchObject({
      status: 'released',
      transactions: [expect.any(String)],
    })
    expect(await json(as('eve', 'dim release 1'))).toMatchObject({ transactions: [] })
    expect(await json(as('mod', 'dim withdraw-bond 1'))).toMatchObject({ bondWei: String(parseEther('100')) })
  })

  test('a validator leaves a module, and is expelled from one', async () => {
    const [preview, left] = await both(as('val', 'validator leave 2'))
    expect(preview).toMatch(
      /no stake behind 0x\w{40} backs DIM 2 from .* UTC on\n {2}offences until then can be slashed/,
    )
    expect(left).toMatchObject({ optedIn: false, servesNext: false, transactions: [expect.any(String)] })
    expect(await json(as('val', 'validator leave 2'))).toMatchObject({ transactions: [] })
    expect(await shown(`validator show ${addressOf('val')}`)).toContain(
      `DIM 2: serves it until ${utc(midnightAfter(await now()))} UTC`,
    )
    const [counting, counted] = await both(as('eve', `validator sync ${addressOf('val')}`))
    expect(counting).toMatch(/from .* UTC on, ODD in basket 1 of 0x\w{40} earns no rewards of DIM 2\n/)
    expect(counted.counted).toContainEqual(
      expect.objectContaining({ basket: '1', dims: expect.arrayContaining(['2']) }),
    )
    expect(await json(as('eve', `validator sync ${addressOf('val')}`))).toMatchObject({ counted: [], transactions: [] })
    const [expulsion] = await both(as('mod', `dim expel 2 ${addressOf('val')}`))
    expect(expulsion).toMatch(/DIM 2 expels 0x\w{40}: stake behind it counts until .* UTC/)
    expect(await json(as('mod', `dim expel 2 ${addressOf('val')}`))).toMatchObject({
      accepted: false,
      transactions: [],
    })
  })
})

test('a ruined pool takes no stake, and what is left of it leaves', async () => {
  await writeFile(path('all.json'), JSON.stringify({ ...IMMEDIATE, maximumSlashPercent: '100' }))
  const { dim } = await json(as('mod', 'dim propose all.json'))
  await (await connectDimRegistry(deployed.dims, governance).admit(dim)).wait()
  await json(as('val', `validator opt ${dim}`))
  await json(as('mod', `dim accept ${dim} ${addressOf('val')}`))
  const { basket } = await json(as('val', `allocate ${dim}=100`))
  const at = `--validator ${addressOf('val')} --basket ${basket}`
  await json(as('eve', 'stake 2'))
  await json(as('eve', `delegate 1 ${at}`))
  await chain.nextDay()
  await chain.pass(60)
  const time = (await now()) - 10
  await json(as('mod', `slash request ${dim} ${at} --captured ${time} --amount 0.9999999999 --evidence evidence.txt`))
  expect(await refusedBefore('eve', `delegate 1 ${at}`)).toBe('POOL_RUINED')
  expect(await shown(`show --account ${addressOf('eve')}`)).toContain('at 0 IOTX a share')
  expect(await json(as('eve', `exit all ${at}`))).toMatchObject({ requested: { amount: '0.0000000001' } })
})

test('a network without restaked stake says so', async () => {
  await writeFile(path('none.json'), '{}')
  const words = ['msp', 'show', '--rpc', chain.url, '--deployment', 'none.json']
  expect(await refusal(run(words))).toBe('DEPLOYMENT_INCOMPLETE')
})
