import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectIoIDStore } from '@iotex2/chain/contracts/IoIDStore'
import { readDeployment } from '@iotex2/chain/deployment'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { toHex } from '@iotex2/protocol/hex'
import { JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  EXIT_DELAY_S,
  type GovernanceChain,
  startGovernanceChain,
  TIMELOCK_DELAY_S,
  VOTING_DELAY_S,
  VOTING_PERIOD_S,
} from '../test/governance-chain.ts'
import { nobody, type Outcome, runnerIn } from '../test/run.ts'
import type { Context } from './command.ts'

const DAY = 86_400
const WEEK = 7 * DAY
const PASSWORD = 'correct horse battery staple'
const directory = await mkdtemp(join(tmpdir(), 'iotex2-gov-'))
const path = (name: string) => join(directory, name)
const run = runnerIn(directory)
const settings: Context['settings'] = { password: PASSWORD }
const [ada, ben] = [new DeviceKey(new Uint8Array(32).fill(0x61)), new DeviceKey(new Uint8Array(32).fill(0x62))]

let chain: GovernanceChain
let provider: JsonRpcProvider
let network: string[]

/** Runs a command of `gov` on the test's chain, with --yes, as the holder of a keystore. */
const as = (who: string, command: string, ...more: string[]): Promise<Outcome> => {
  const words = ['gov', ...command.split(' '), ...more, ...network, '--keystore', `${who}.json`, '--yes', '--json']
  return run(words, { settings })
}
const read = (...words: string[]): Promise<Outcome> => run(['gov', 'show', ...words, ...network, '--json'])

// biome-ignore lint/suspicious/noExplicitAny: the results of many commands, each looked at by name.
async function json(outcome: Promise<Outcome>): Promise<any> {
  const { code, stdout, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
async function refusal(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome
  expect({ code, stdout }, stderr).not.toMatchObject({ code: 0 })
  expect(stdout).toBe('')
  return stderr.split('\n').at(-2)!.split(':')[0]!
}
const now = async () => (await provider.getBlock('latest'))!.timestamp
const weekAfter = (time: number) => Math.ceil(time / WEEK) * WEEK
const propose = async (name: string, proposal: unknown): Promise<string> => {
  await writeFile(path(name), typeof proposal === 'string' ? proposal : JSON.stringify(proposal))
  return name
}

beforeAll(async () => {
  chain = await startGovernanceChain(path('addresses.json'))
  network = ['--rpc', chain.url, '--deployment', 'addresses.json']
  provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 })
  const quick = { randomBytes: (length: number) => new Uint8Array(length).fill(7), scryptLogCost: 4 }
  for (const [name, key] of [
    ['ada', ada],
    ['ben', ben],
  ] as const) {
    await writeKeystore(path(`${name}.json`), key, PASSWORD, quick)
    await chain.rpc('hardhat_setBalance', [key.address, `0x${parseEther('10000').toString(16)}`])
  }
}, 120_000)
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  await rm(directory, { recursive: true })
})

describe('locks', () => {
  test.each([
    ['lock 1', 'OPTION_MISSING'],
    ['lock 1 --for 12w', 'LOCK_END_REFUSED'],
    ['lock 1 --for 5y', 'LOCK_END_REFUSED'],
    ['lock 1 --until 2001-01-01', 'LOCK_END_REFUSED'],
    ['lock 1 --until 2101-01-01', 'LOCK_END_REFUSED'],
    ['lock 1 --until 2027-13-45', 'OPTION_INVALID'],
    ['lock 1 --until 2027-02-30', 'OPTION_INVALID'],
    ['lock 1 --for 1y --until 2027-01-01', 'OPTION_INVALID'],
    ['lock 1 --for year', 'OPTION_INVALID'],
    ['extend --for 1y', 'LOCK_MISSING'],
    ['withdraw', 'LOCK_MISSING'],
    ['delegate 0x12', 'OPTION_INVALID'],
  ])('%s sends nothing: %s', async (command, code) => {
    expect(await refusal(as('ada', command))).toBe(code)
    expect(await provider.getTransactionCount(ada.address)).toBe(0)
  })

  test('what a lock gives and until when is said first, and nothing is sent without consent', async () => {
    const words = ['gov', 'lock', '1000', '--for', '4y', ...network, '--keystore', 'ada.json']
    const alone = await run(words, { settings })
    expect(alone.stderr).toMatch(
      /you will have locked 1000\.0 IOTX until \d{4}-\d\d-\d\d 00:00:00 UTC: 99\d\.\d+ votes now/,
    )
    expect(alone.stderr).toMatch(/VeIOTX\.lock\(end \d+\): sends 1000\.0 IOTX, gas at most/)
    expect(alone.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_REQUIRED: Nothing was sent/)
    const declined = await run(words, {
      settings,
      terminal: { ...nobody, interactive: true, confirm: async () => false },
    })
    expect(declined.stderr.split('\n').at(-2)).toMatch(/^CONFIRMATION_DECLINED: Nothing was sent/)
    expect(await provider.getTransactionCount(ada.address)).toBe(0)
  })

  test('is made at a week’s bound, added to and extended, and never shortened', async () => {
    const made = await json(as('ada', 'lock 1000 --for 91d'))
    expect(made.end).toBe(String(weekAfter((await now()) - 1 + 91 * DAY + 600)))
    expect(made).toMatchObject({ amountWei: String(parseEther('1000')), transactions: [expect.any(String)] })
    expect(await refusal(as('ada', 'lock 1 --for 1y'))).toBe('OPTION_INVALID')
    const more = await json(as('ada', 'lock 500'))
    expect(more).toMatchObject({ amountWei: String(parseEther('1500')), end: made.end })
    expect(await refusal(as('ada', 'extend --for 1w'))).toBe('LOCK_END_REFUSED')
    const longer = await json(as('ada', 'extend --for 4y'))
    expect(Number(longer.end)).toBe(Math.floor(((await now()) + 4 * 365 * DAY) / WEEK) * WEEK)
    expect(BigInt(longer.votesWei)).toBeGreaterThan(parseEther('1490'))
    expect(await json(as('ada', 'extend --for 4y'))).toMatchObject({ end: longer.end, transactions: [] })
    expect(await refusal(as('ada', 'withdraw'))).toBe('LOCK_NOT_EXPIRED')
  })

  test('gives votes that can be delegated and taken back', async () => {
    const given = await json(as('ada', `delegate ${ben.address}`))
    expect(given.transactions).toHaveLength(1)
    expect(await json(as('ada', `delegate ${ben.address}`))).toMatchObject({ transactions: [] })
    const shown = await json(read('--account', ada.address))
    expect(shown).toMatchObject({ amountIotx: '1500.0', votesWei: '0' })
    expect(shown.delegatee.toLowerCase()).toBe(ben.address)
    expect(BigInt((await json(read('--account', ben.address))).votesWei)).toBeGreaterThan(0n)
    await json(as('ada', `delegate ${ada.address}`))
    expect((await json(read('--account', ben.address))).votesWei).toBe('0')
  })
})

describe('proposals', () => {
  const spring = {
    description: '# Spring\n\nA dearer ioID \u001b[2J\u202eand a higher bond.',
    calls: [
      { contract: 'IoIDStore', function: 'setCurve', arguments: [[{ devices: 0, price: String(parseEther('7')) }]] },
      { contract: 'DimRegistry', function: 'setMinimumBond', arguments: [String(parseEther('3'))] },
    ],
  }

  test.each([
    ['no JSON', '{', 'FILE_MALFORMED'],
    ['no calls', { description: 'x', calls: [] }, 'PROPOSAL_MALFORMED'],
    [
      'an unknown contract',
      { description: 'x', calls: [{ contract: 'Nothing', function: 'f' }] },
      'PROPOSAL_MALFORMED',
    ],
    [
      'an unknown function',
      { description: 'x', calls: [{ contract: 'DimRegistry', function: 'f' }] },
      'PROPOSAL_MALFORMED',
    ],
    [
      'other arguments',
      { description: 'x', calls: [{ contract: 'DimRegistry', function: 'setMinimumBond', arguments: [] }] },
      'PROPOSAL_MALFORMED',
    ],
    ['a key that means nothing', { ...spring, title: 'x' }, 'PROPOSAL_MALFORMED'],
    [
      'a call that fails',
      { description: 'x', calls: [{ contract: 'DimRegistry', function: 'setExitDelay', arguments: [61 * DAY] }] },
      'PROPOSAL_FAILS',
    ],
    [
      'coins that are not there',
      { description: 'x', calls: [{ contract: ben.address, valueIotx: '1' }] },
      'PROPOSAL_FAILS',
    ],
  ])('%s is not proposed', async (_, proposal, code) => {
    const before = await provider.getTransactionCount(ada.address)
    expect(await refusal(as('ada', `propose ${await propose('wrong.json', proposal)}`))).toBe(code)
    expect(await provider.getTransactionCount(ada.address)).toBe(before)
  })

  test('without votes nobody proposes', async () => {
    expect(await refusal(as('ben', `propose ${await propose('spring.json', spring)}`))).toBe('VOTES_TOO_FEW')
  })

  test('from a file to changed parameters', async () => {
    const deployment = await readDeployment(path('addresses.json'))
    const dims = connectDimRegistry(deployment.address('dimRegistry'), provider)
    const store = connectIoIDStore(deployment.address('ioIDStore'), provider)

    const outcome = await as('ada', 'propose spring.json')
    const proposed = await json(Promise.resolve(outcome))
    expect(outcome.stderr).toContain('1. IoIDStore.setCurve(points [[0, 7000000000000000000]])')
    expect(outcome.stderr).toContain('2. DimRegistry.setMinimumBond(minimum 3000000000000000000)')
    expect(proposed).toMatchObject({ number: '1', state: 'pending' })
    expect(await json(as('ada', 'propose spring.json'))).toMatchObject({
      proposal: proposed.proposal,
      number: null,
      transactions: [],
    })

    expect(await refusal(as('ada', 'vote 1 for'))).toBe('PROPOSAL_STATE')
    await chain.pass(VOTING_DELAY_S + 1)
    expect(await refusal(as('ben', 'vote 1 for'))).toBe('VOTES_TOO_FEW')
    const vote = await as('ada', 'vote 1 for', '--reason', 'Devices grow in number')
    const cast = await json(Promise.resolve(vote))
    expect(cast.forWei).toBe(cast.weightWei)
    expect(vote.stderr).toContain('DimRegistry.setMinimumBond')
    expect(vote.stderr).toMatch(/for 0\.0, against 0\.0, abstaining 0\.0; the quorum is \d/)
    expect(await refusal(as('ada', 'vote 1 against'))).toBe('VOTE_CAST')
    expect(await refusal(as('ada', 'queue 1'))).toBe('PROPOSAL_STATE')

    await chain.pass(VOTING_PERIOD_S)
    const queued = await json(as('ben', 'queue 1'))
    expect(queued).toMatchObject({ state: 'queued', transactions: [expect.any(String)] })
    expect(await json(as('ben', 'queue 1'))).toMatchObject({ eta: queued.eta, transactions: [] })
    expect(await refusal(as('ben', 'execute 1'))).toBe('PROPOSAL_STATE')
    await chain.pass(TIMELOCK_DELAY_S)
    expect(await json(as('ben', `execute ${proposed.proposal}`))).toMatchObject({ state: 'executed' })
    expect(await json(as('ben', 'execute 1'))).toMatchObject({ state: 'executed', transactions: [] })
    expect(await dims.minimumBond()).toBe(parseEther('3'))
    await chain.pass(2 * DAY)
    expect(await store.price()).toBe(parseEther('7'))
  })

  test('is shown with its text, which does nothing to the terminal', async () => {
    const shown = await run(['gov', 'show', '1', ...network])
    expect(shown.stdout).toMatch(
      /^proposal \d{60,}\nby 0x[0-9a-fA-F]{40}\n\n# Spring\n\nA dearer ioID \ufffd\[2J\ufffdand/,
    )
    expect(shown.stdout).toContain(`#proposer=${ada.address}`)
    expect(shown.stdout).toContain('  2. DimRegistry.setMinimumBond(minimum 3000000000000000000)')
    expect(shown.stdout.trimEnd().split('\n').at(-1)).toBe('executed')
    for (const hidden of ['\u001b', '\u202e']) expect(shown.stdout).not.toContain(hidden)
    const [listed, details] = [await json(read()), await json(read('1'))]
    expect(listed).toMatchObject({ count: '1', proposals: [{ number: '1', state: 'executed' }] })
    expect(details.description).toContain('# Spring')
    for (const unknown of ['2', '9'.repeat(40)]) expect(await refusal(read(unknown))).toBe('PROPOSAL_UNKNOWN')
  })

  test('a call that an earlier one makes possible is proposed unchecked', async () => {
    const grant = {
      description: 'Grant',
      calls: [{ contract: ben.address, valueIotx: '1.5' }],
    }
    const outcome = await as('ada', `propose ${await propose('grant.json', grant)} --unchecked`)
    expect(await json(Promise.resolve(outcome))).toMatchObject({ number: '2' })
    expect(outcome.stderr).toContain('sends 1.5 IOTX')
    expect(outcome.stderr).toContain('call 1 fails if it is made now: the timelock has 0.0 IOTX')
  })
})

describe('modules', () => {
  /** Of a module (IDimRegistry.Status). */
  const [ADMITTED, LEAVING] = [2n, 3n]
  const WINDOW_S = 1800
  const dimRegistry = async () => {
    const deployment = await readDeployment(path('addresses.json'))
    return connectDimRegistry(deployment.address('dimRegistry'), new Wallet(toHex(ben.exportSecret()), provider))
  }

  /** Proposes one call, and carries it through. Returns what was said before the proposal. */
  async function govern(name: string, call: { function: string; arguments: string[] }): Promise<string> {
    const calls = [{ contract: 'DimRegistry', ...call }]
    const outcome = await as('ada', `propose ${await propose(`${name}.json`, { description: name, calls })}`)
    const { proposal } = await json(Promise.resolve(outcome))
    await chain.pass(VOTING_DELAY_S + 1)
    await json(as('ada', `vote ${proposal} for`))
    await chain.pass(VOTING_PERIOD_S)
    await json(as('ada', `queue ${proposal}`))
    await chain.pass(TIMELOCK_DELAY_S)
    expect(await json(as('ada', `execute ${proposal}`))).toMatchObject({ state: 'executed' })
    return outcome.stderr
  }

  test('one that a builder proposed is admitted by a vote', async () => {
    const dims = await dimRegistry()
    const terms = { maximumSlash: 5_000, evidenceAge: 600, vetoWindow: 600, executionWindow: 600 }
    const parties = { enforcer: ben.address, resolver: ben.address, beneficiary: ben.address }
    await (await dims.propose({ ...terms, ...parties }, '', { value: await dims.minimumBond() })).wait()
    expect(await govern('admit', { function: 'admit', arguments: ['1'] })).toContain('1. DimRegistry.admit(dim 1)')
    expect((await dims.dimOf(1n)).status).toBe(ADMITTED)
  })

  test('how long stake takes to leave is set, but not to less than a module’s window', async () => {
    const dims = await dimRegistry()
    expect(await dims.exitDelay()).toBe(BigInt(EXIT_DELAY_S))
    await govern('exit', { function: 'setExitDelay', arguments: [String(EXIT_DELAY_S - 60)] })
    expect(await dims.exitDelay()).toBe(BigInt(EXIT_DELAY_S - 60))
    const shorter = [{ contract: 'DimRegistry', function: 'setExitDelay', arguments: [String(WINDOW_S)] }]
    const file = await propose('shorter.json', { description: 'Half an hour', calls: shorter })
    expect(await refusal(as('ada', `propose ${file}`))).toBe('PROPOSAL_FAILS')
  })

  test('one that was admitted is removed by a vote', async () => {
    const dims = await dimRegistry()
    await govern('remove', { function: 'remove', arguments: ['1'] })
    expect((await dims.dimOf(1n)).status).toBe(LEAVING)
  })
})

test('an argument with a line break does not pass for another call', async () => {
  const admit = {
    contract: 'CredentialRegistry',
    function: 'addIssuer',
    arguments: [ben.address, 'did:a:b\n  2. None'],
  }
  const file = await propose('admit.json', { description: 'Admit Ben', calls: [admit] })
  const { stderr } = await as('ada', `propose ${file}`)
  expect(stderr).toContain('1. CredentialRegistry.addIssuer(')
  expect(stderr).toContain('did:a:b\ufffd  2. None')
  expect(stderr.split('\n').filter((line) => line.startsWith('  2.'))).toEqual([])
})

test('a lock that has ended is withdrawn to whom one says, once', async () => {
  const { end } = await json(read('--account', ada.address))
  await chain.goTo(BigInt(end))
  expect(await refusal(as('ada', 'lock 1'))).toBe('LOCK_EXPIRED')
  expect(await refusal(as('ada', 'extend --for 1y'))).toBe('LOCK_EXPIRED')
  const to = '0x00000000000000000000000000000000000c0ffe'
  const paid = await json(as('ada', `withdraw --to ${to}`))
  expect(paid).toMatchObject({ amountWei: String(parseEther('1500')) })
  expect(await provider.getBalance(to)).toBe(parseEther('1500'))
  expect(await refusal(as('ada', 'withdraw'))).toBe('LOCK_MISSING')
})

test('a network without governance says so', async () => {
  await writeFile(path('none.json'), '{}')
  const words = ['gov', 'show', '--rpc', chain.url, '--deployment', 'none.json']
  expect(await refusal(run(words))).toBe('DEPLOYMENT_INCOMPLETE')
})
