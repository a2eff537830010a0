import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bucketEscrowInterface } from '@iotex2/chain/contracts/BucketEscrow'
import { bucketVaultInterface, connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { readDeployment } from '@iotex2/chain/deployment'
import { systemStakingInterface } from '@iotex2/chain/system-staking'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { Contract, getAddress, JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEVELOPMENT_KEYS } from '../../../test/chain-node.ts'
import { DAY_S, EXIT_DELAY_S, type MspChain, startMspChain } from '../test/msp-chain.ts'
import { type Outcome, runnerIn } from '../test/run.ts'
import type { Group } from './command.ts'
import { COMMANDS } from './commands/index.ts'

const PASSWORD = 'correct horse battery staple'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-buckets-'))
const run = runnerIn(directory)
const key = (byte: number) => new DeviceKey(new Uint8Array(32).fill(byte))
/** A staker, a validator, the builder of a module, and a stranger. */
const keys = { ada: key(0x71), val: key(0x72), mod: key(0x73), eve: key(0x74) }
type Who = keyof typeof keys
const secretOf = (who: Who) => `0x${Buffer.from(keys[who].exportSecret()).toString('hex')}`
const addressOf = (who: Who) => new Wallet(secretOf(who)).address
const L1_DELEGATE = getAddress('0x00000000000000000000000000000000000d00d1')

let chain: MspChain
let provider: JsonRpcProvider
let network: string[]
let staking: Contract
let vault: string

const as = (who: Who, command: string): Promise<Outcome> =>
  run(['msp', ...command.split(' '), ...network, '--keystore', `${who}.json`, '--yes', '--json'], {
    settings: { password: PASSWORD },
  })
// biome-ignore lint/suspicious/noExplicitAny: the results of many commands, each looked at by name.
async function json(outcome: Promise<Outcome>): Promise<any> {
  const { code, stdout, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
/** Returns the code, and sees that nothing was sent. */
async function refused(who: Who, command: string): Promise<string> {
  const before = await provider.getTransactionCount(addressOf(who))
  const { code, stdout, stderr } = await as(who, command)
  expect(code, stdout).not.toBe(0)
  expect(await provider.getTransactionCount(addressOf(who)), command).toBe(before)
  return stderr.split('\n').at(-2)!.split(':')[0]!
}
const bucket = (who: Who, command: string) => json(as(who, `bucket ${command} --asset buckets-v3`))
const show = async () =>
  (await json(run(['msp', 'bucket', 'show', '--account', addressOf('ada'), ...network, '--json']))).vaults[1]
const pool = () => `--asset buckets-v3 --validator ${addressOf('val')} --basket 1`

beforeAll(async () => {
  chain = await startMspChain(join(directory, 'addresses.json'))
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  for (const [name, each] of Object.entries(keys)) {
    await writeKeystore(join(directory, `${name}.json`), each, PASSWORD, quick)
    await chain.rpc('hardhat_setBalance', [each.address, `0x${parseEther('10000').toString(16)}`])
  }
  const terms = {
    metadataUri: 'https://fleet.example/dim.json',
    bondIotx: '100',
    maximumSlashPercent: '50',
    evidenceAge: '2d',
    executionWindow: '1d',
    enforcer: addressOf('mod'),
  }
  await writeFile(join(directory, 'terms.json'), JSON.stringify(terms))
  await writeFile(join(directory, 'evidence.txt'), 'it signed two blocks')
  const deployment = await readDeployment(join(directory, 'addresses.json'))
  vault = deployment.address('bucketVaultV3')
  const ada = new Wallet(secretOf('ada'), provider)
  const ownAbi = [
    'function stake(uint256 duration, address delegate) payable',
    'function unlock(uint256 bucketId)',
    'function topUp(uint256 bucketId) payable',
    'function transferFrom(address from, address to, uint256 bucketId)',
  ]
  const address = await connectBucketVault(vault, provider).staking()
  staking = new Contract(address, [...systemStakingInterface.fragments, ...ownAbi], ada)
  for (const amount of ['1000', '500', '300'])
    await (await staking.stake!(14 * DAY_S, L1_DELEGATE, { value: parseEther(amount) })).wait()
  await (await staking.unlock!(3n)).wait()

  await json(as('mod', 'dim propose terms.json'))
  const governance = new Wallet(DEVELOPMENT_KEYS[0], provider)
  await (await connectDimRegistry(deployment.address('dimRegistry'), governance).admit(1n)).wait()
  await json(as('val', 'validator register --commission 5'))
  await json(as('val', 'validator opt 1'))
  await json(as('mod', `dim accept 1 ${addressOf('val')}`))
  await json(as('val', 'allocate 1=100'))
  await chain.nextDay()
}, 120_000)
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  await rm(directory, { recursive: true })
})

test('buckets are deposited once, by their owner, while they are locked', async () => {
  expect(await refused('eve', 'bucket deposit 1 --asset buckets-v3')).toBe('BUCKET_NOT_YOURS')
  expect(await refused('ada', 'bucket deposit 9 --asset buckets-v3')).toBe('BUCKET_UNKNOWN')
  expect(await refused('ada', 'bucket deposit 3 --asset buckets-v3')).toBe('BUCKET_UNLOCKED')
  const first = await bucket('ada', 'deposit 1')
  expect(first).toMatchObject({ amountWei: String(parseEther('1000')), vault })
  expect(first.transactions).toHaveLength(2)
  expect((await bucket('ada', 'deposit 1')).transactions).toEqual([])
  await bucket('ada', 'deposit 2')
  expect(await show()).toMatchObject({
    escrow: first.escrow,
    buckets: [
      { bucket: '1', amountWei: String(parseEther('1000')), l1: { delegate: L1_DELEGATE, state: 'locked' } },
      { bucket: '2', amountWei: String(parseEther('500')) },
    ],
    debtWei: '0',
  })
})

test('L1 rewards go to the staker, whoever asks', async () => {
  const { escrow } = await show()
  await chain.rpc('hardhat_setBalance', [escrow, `0x${parseEther('7').toString(16)}`])
  const before = await provider.getBalance(addressOf('ada'))
  expect(await bucket('eve', `forward --for ${addressOf('ada')}`)).toMatchObject({ forwarded: String(parseEther('7')) })
  expect((await provider.getBalance(addressOf('ada'))) - before).toBe(parseEther('7'))
  expect((await bucket('eve', `forward --for ${addressOf('ada')}`)).transactions).toEqual([])
})

test('its staker changes its vote and its lock, and is credited with what is added', async () => {
  const other = getAddress('0x00000000000000000000000000000000000d00d2')
  expect(await refused('eve', `bucket vote 1 ${other} --asset buckets-v3`)).toBe('BUCKET_NOT_YOURS')
  expect(await bucket('ada', `vote 1 ${other}`)).toMatchObject({ delegate: other })
  expect(await bucket('ada', `lock 1 ${28 * DAY_S}`)).toMatchObject({ duration: String(28 * DAY_S) })
  expect(await refused('eve', 'bucket remeasure 2 --asset buckets-v3')).toBe('NOTHING_ADDED')
  await (await staking.topUp!(2n, { value: parseEther('2') })).wait()
  expect(await bucket('eve', 'remeasure 2')).toMatchObject({
    staker: addressOf('ada'),
    addedWei: String(parseEther('2')),
    amountWei: String(parseEther('502')),
  })
  expect((await show()).buckets[0].l1).toMatchObject({ delegate: other, duration: String(28 * DAY_S) })
})

test('a bucket that was sent past the vault is taken back', async () => {
  const { escrow } = await show()
  const id = 6n
  for (const amount of ['10', '20', '30'])
    await (await staking.stake!(14 * DAY_S, L1_DELEGATE, { value: parseEther(amount) })).wait()
  await (await staking.transferFrom!(addressOf('ada'), escrow, id)).wait()
  expect(await refused('eve', `bucket give-back ${id} --asset buckets-v3`)).toBe('BUCKET_NOT_YOURS')
  expect(await refused('ada', 'bucket give-back 2 --asset buckets-v3')).toBe('BUCKET_COUNTED')
  await bucket('ada', `give-back ${id}`)
  expect(await staking.ownerOf!(id)).toBe(addressOf('ada'))
  expect((await bucket('ada', `give-back ${id}`)).transactions).toEqual([])
  // An escrow is made with the first deposit.
  const nowhere = await connectBucketVault(vault, provider).escrowOf(addressOf('eve'))
  await (await staking.transferFrom!(addressOf('ada'), nowhere, 5n)).wait()
  expect(await refused('eve', 'bucket give-back 5 --asset buckets-v3')).toBe('ESCROW_MISSING')
})

test('a bucket that backs something leaves once that has left', async () => {
  await json(as('ada', `delegate 1400 ${pool()}`))
  expect(await refused('ada', 'bucket withdraw 2 --asset buckets-v3')).toBe('STAKE_TOO_LOW')
  expect(await refused('eve', 'bucket withdraw 2 --asset buckets-v3')).toBe('BUCKET_NOT_YOURS')
  await json(as('ada', `exit 400 ${pool()}`))
  await chain.pass(EXIT_DELAY_S + 1)
  expect((await json(as('ada', 'claim'))).claimed).toMatchObject([{ credited: { amount: '400' } }])
  await bucket('ada', 'withdraw 2')
  expect(await staking.ownerOf!(2n)).toBe(addressOf('ada'))
})

test('what a slash took is a debt, of which part is paid', async () => {
  expect(await refused('eve', `bucket realise ${addressOf('ada')} ${pool()}`)).toBe('NOTHING_LOST')
  const { timestamp } = (await provider.getBlock('latest'))!
  await chain.pass(60)
  const time = new Date(timestamp * 1000).toISOString().replace('.000Z', 'Z')
  await json(as('mod', `slash request 1 ${pool()} --captured ${time} --amount 200 --evidence evidence.txt`))
  expect(await bucket('eve', `realise ${addressOf('ada')} --validator ${addressOf('val')} --basket 1`)).toMatchObject({
    lossWei: String(parseEther('200')),
    debtWei: String(parseEther('200')),
  })
  expect(await refused('eve', 'slash collect --asset buckets-v3')).toBe('NOTHING_COLLECTABLE')
  expect(await bucket('eve', `pay 50 --for ${addressOf('ada')}`)).toMatchObject({ debtWei: String(parseEther('150')) })
  expect(await json(as('eve', 'slash collect --asset buckets-v3'))).toMatchObject({
    collected: { amount: '50' },
    due: { amount: '150' },
  })
  expect(await refused('ada', `bucket lock 1 ${56 * DAY_S} --asset buckets-v3`)).toBe('IN_DEBT')
  expect(await refused('eve', 'bucket auction 1 --asset buckets-v3')).toBe('NOT_OVERDUE')
  expect(await refused('eve', 'bucket buy 1 --asset buckets-v3')).toBe('AUCTION_STATE')
})

test('what is overdue is collected: seized, auctioned, bought, the rest is coin', async () => {
  await chain.pass(7 * DAY_S + 1)
  await bucket('eve', `seize ${addressOf('ada')} --validator ${addressOf('val')} --basket 1`)
  await chain.pass(EXIT_DELAY_S + 1)
  await json(as('ada', 'claim'))
  await bucket('eve', 'auction 1')
  expect(await refused('eve', 'bucket auction 1 --asset buckets-v3')).toBe('AUCTION_STATE')
  expect(await refused('eve', 'bucket buy 1 --asset buckets-v3 --most 1')).toBe('FUNDS_TOO_LOW')
  await chain.pass(DAY_S)
  const { priceWei } = await bucket('eve', 'buy 1')
  expect(await staking.ownerOf!(1n)).toBe(addressOf('eve'))
  const { debtWei, coinWei, buckets } = await show()
  expect({ debtWei, buckets }).toEqual({ debtWei: '0', buckets: [] })
  expect(BigInt(coinWei)).toBe(BigInt(priceWei) - parseEther('150'))
  const { paid } = await json(as('ada', 'withdraw all --asset buckets-v3'))
  expect(paid.units).toBe(coinWei)
})

test('a bucket nobody buys is unlocked, unstaked and paid out', async () => {
  await (await staking.stake!(DAY_S, L1_DELEGATE, { value: parseEther('600') })).wait()
  await bucket('ada', 'deposit 7')
  await json(as('ada', `delegate 600 ${pool()}`))
  await chain.nextDay()
  const { timestamp } = (await provider.getBlock('latest'))!
  await chain.pass(60)
  const time = new Date(timestamp * 1000).toISOString().replace('.000Z', 'Z')
  await json(as('mod', `slash request 1 ${pool()} --captured ${time} --amount 100 --evidence evidence.txt`))
  await bucket('eve', `realise ${addressOf('ada')} --validator ${addressOf('val')} --basket 1`)
  expect(await refused('ada', `delegate 1 ${pool()}`)).toBe('NOTHING_STAKED')
  expect(await refused('eve', 'bucket unlock 7 --asset buckets-v3')).toBe('NOT_OVERDUE')
  await chain.pass(7 * DAY_S + 1)
  await bucket('eve', `seize ${addressOf('ada')} --validator ${addressOf('val')} --basket 1`)
  await chain.pass(EXIT_DELAY_S + 1)
  await json(as('ada', 'claim'))
  expect(await refused('ada', 'bucket withdraw 7 --asset buckets-v3')).toBe('STAKE_TOO_LOW')
  await bucket('eve', 'unlock 7')
  expect((await show()).buckets[0].l1.state).toBe('unlocked')
  await chain.pass(DAY_S + 1)
  await bucket('eve', 'unstake 7')
  await chain.pass(3 * DAY_S + 1)
  expect(await bucket('eve', 'redeem 7')).toMatchObject({ debtWei: '0' })
  expect(await show()).toMatchObject({ buckets: [], coinWei: String(parseEther('500')) })
})

test('a bucket leaves with what its balance lacks paid along', async () => {
  await (await staking.stake!(DAY_S, L1_DELEGATE, { value: parseEther('400') })).wait()
  await bucket('ada', 'deposit 8')
  await json(as('ada', 'withdraw all --asset buckets-v3'))
  await json(as('ada', `delegate 40 ${pool()}`))
  expect(await refused('ada', 'bucket withdraw 8 --asset buckets-v3')).toBe('STAKE_TOO_LOW')
  expect(await bucket('ada', 'withdraw 8 --pay')).toMatchObject({ paidWei: String(parseEther('40')) })
  expect(await staking.ownerOf!(8n)).toBe(addressOf('ada'))
})

test('what a slash took of an exit, and of a pool to nothing, is put down before it is claimed', async () => {
  await bucket('ada', 'deposit 8')
  await json(as('ada', `delegate 400 ${pool()}`))
  await chain.nextDay()
  const { exit } = await json(as('ada', `exit 100 ${pool()}`))
  expect(await refused('eve', `bucket realise-exit ${exit} --asset buckets-v3`)).toBe('NOTHING_LOST')
  expect(await refused('eve', 'bucket realise-exit 99 --asset buckets-v3')).toBe('EXIT_UNKNOWN')
  const { timestamp } = (await provider.getBlock('latest'))!
  await chain.pass(60)
  const time = new Date(timestamp * 1000).toISOString().replace('.000Z', 'Z')
  await json(as('mod', `slash request 1 ${pool()} --captured ${time} --amount 40 --evidence evidence.txt`))
  const ofExit = await bucket('eve', `realise-exit ${exit}`)
  // Coin that she left in the vault pays it at once.
  expect(ofExit).toMatchObject({ staker: addressOf('ada'), exit, debtWei: '0' })
  // Of 440 that she had there 100 leave, and bear as much of what was taken.
  const part = (parseEther('40') * 100n) / 440n
  expect(BigInt(ofExit.lossWei)).toBeGreaterThanOrEqual(part)
  expect(BigInt(ofExit.lossWei) - part).toBeLessThan(10n ** 9n)
  await bucket('eve', `realise ${addressOf('ada')} --validator ${addressOf('val')} --basket 1`)
  expect(await refused('eve', `bucket realise ${addressOf('ada')} ${pool()}`)).toBe('NOTHING_LOST')
})

/** Functions that change something, and the command that calls each; null: the contracts among themselves. */
const CALLED_BY: Record<'BucketVault' | 'BucketEscrow', Record<string, string | null>> = {
  BucketVault: {
    auction: 'bucket auction',
    buy: 'bucket buy',
    claim: 'claim',
    collect: 'slash collect',
    delegate: 'delegate',
    depositBucket: 'bucket deposit',
    pay: 'bucket pay',
    realise: 'bucket realise',
    realiseExit: 'bucket realise-exit',
    redeem: 'bucket redeem',
    remeasure: 'bucket remeasure',
    requestExit: 'exit',
    seize: 'bucket seize',
    slash: null,
    unlock: 'bucket unlock',
    unstake: 'bucket unstake',
    withdraw: 'withdraw',
    withdrawBucket: 'bucket withdraw',
  },
  BucketEscrow: {
    changeDelegate: 'bucket vote',
    forward: 'bucket forward',
    giveBack: 'bucket give-back',
    lock: 'bucket lock',
    release: null,
    unlock: null,
    unstake: null,
    withdraw: null,
  },
}

test.each([
  ['BucketVault', bucketVaultInterface],
  ['BucketEscrow', bucketEscrowInterface],
] as const)('every function of %s that someone needs has its command', (name, contract) => {
  const changing: string[] = []
  contract.forEachFunction((each) => {
    if (!each.constant) changing.push(each.name)
  })
  expect(changing.toSorted()).toEqual(Object.keys(CALLED_BY[name]).toSorted())
  const msp = COMMANDS.members.msp as Group
  for (const words of Object.values(CALLED_BY[name])) {
    if (words === null) continue
    const [first, second] = words.split(' ') as [string, string?]
    const found = second === undefined ? msp.members[first] : (msp.members[first] as Group).members[second]
    expect(found, `msp ${words}`).toBeTypeOf('function')
  }
})
