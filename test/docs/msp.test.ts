/**
 * Runs every command of docs/msp.md on a chain of the testnet's id: builder, validator and staker each do their part, in the
 * order in which one needs the other, with the days between them that stake takes to count and to leave.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { readKeyFile, writeKeystore } from '@iotex2/identity/key-file'
import { Contract, getAddress, type JsonRpcProvider, parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXIT_DELAY_S, type MspChain, startMspChain } from '../../packages/cli/test/msp-chain.ts'
import { runnerIn } from '../../packages/cli/test/run.ts'
import { deployArtifact } from '../artifact.ts'
import { DEVELOPMENT_KEYS } from '../chain-node.ts'
import { blocks, commands, readDocument } from './documents.ts'

const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-msp-'))
const guide = readDocument('docs/msp.md')
const HOUR_S = 3600
const RECIPIENT = getAddress('0x00000000000000000000000000000000000c0ffe')
let chain: MspChain
let provider: JsonRpcProvider
let governance: Wallet

beforeAll(async () => {
  chain = await startMspChain(join(directory, 'addresses.json'), { chainId: 4690 })
  provider = openProvider({ url: chain.url, chainId: 4690n, pollingIntervalMs: 100 })
  governance = new Wallet(DEVELOPMENT_KEYS[0], provider)
  await chain.nextDay()
}, 120_000)
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  rmSync(directory, { recursive: true })
})

/** What stands for a word of the guide. */
const words: Record<string, string> = { RECIPIENT }
const fill = (text: string): string => text.replace(/\b[A-Z]{4,}\b/g, (word) => words[word] ?? word)

/** Returns the commands below a heading. */
function section(heading: string): string[] {
  const [, body] = guide.split(new RegExp(`^## ${heading}$`, 'm'))
  expect(body, heading).toBeDefined()
  return commands(body!.split(/^## /m)[0]!)
}

const said: string[] = []

const PASSWORD = 'a password'
const program = runnerIn(directory)

/** Runs one as the program does, in this process, and remembers what it said. */
async function run(command: string): Promise<void> {
  const [pnpm, iotex2, ...rest] = fill(command).split(' ')
  expect([pnpm, iotex2]).toEqual(['pnpm', 'iotex2'])
  const { code, stdout, stderr } = await program([...rest, ...(rest.includes('--keystore') ? ['--yes'] : [])], {
    settings: { password: PASSWORD, rpcUrls: { iotexTestnet: chain.url } },
  })
  expect(code, `${command}\n${stderr}`).toBe(0)
  said.push(stdout)
  const [, made] = /keygen (\w+)\.json/.exec(command) ?? []
  if (made !== undefined) await endow(made)
}

/** Gives a new key a name and IOTX; and a password that is quick to try, for it is tried by each command. */
async function endow(name: string): Promise<void> {
  const file = join(directory, `${name}.json`)
  const key = await readKeyFile(file, async () => PASSWORD)
  rmSync(file)
  await writeKeystore(file, key, PASSWORD, { randomBytes: (length) => randomBytes(length), scryptLogCost: 4 })
  words[name.toUpperCase()] = getAddress(key.address)
  await chain.rpc('hardhat_setBalance', [key.address, `0x${parseEther('3000').toString(16)}`])
}

/** Runs the commands below a heading; `before` sees each first. */
async function follow(heading: string, before?: (command: string) => Promise<void>): Promise<string> {
  const from = said.length
  for (const command of section(heading)) {
    await before?.(command)
    await run(command)
  }
  return said.slice(from).join('')
}

/** Stakes 500 IOTX of the staker's with the L1, as bucket 1, and returns system staking. */
async function stakeWithL1(vault: string): Promise<Contract> {
  const key = await readKeyFile(join(directory, 'staker.json'), async () => PASSWORD)
  const staker = new Wallet(`0x${Buffer.from(key.exportSecret()).toString('hex')}`, provider)
  const staking = new Contract(
    await connectBucketVault(vault, provider).staking(),
    ['function stake(uint256, address) payable', 'function ownerOf(uint256) view returns (address)'],
    staker,
  )
  await (await staking.stake!(91 * 24 * HOUR_S, RECIPIENT, { value: parseEther('500') })).wait()
  return staking
}

test('every command succeeds, and all together do what the guide says', { timeout: 120_000 }, async () => {
  const deployment = await readDeployment(join(directory, 'addresses.json'))
  const dims = connectDimRegistry(deployment.address('dimRegistry'), governance)
  writeFileSync(join(directory, 'evidence.json'), '{"signed":["0x01","0x02"]}')
  const slashing = section('Slash')
  await run(slashing.shift()!)

  const built = await follow('Build a module', async (command) => {
    if (command.includes('dim propose')) writeFileSync(join(directory, 'terms.json'), fill(blocks(guide, 'json')[0]!))
  })
  expect(built).toContain('proposed: DIM 1\n')
  expect(built).toContain(`managed by ${words.BUILDER}; requests by ${words.BUILDER}; bond 100.0 IOTX`)
  await (await dims.admit(1n)).wait()

  const validating = section('Be a validator')
  const later = validating.slice(validating.findIndex((command) => command.includes('validator commission')))
  for (const command of validating.slice(0, -later.length)) await run(command)
  expect(said.at(-1)).toContain('DIM 1: opted in, not accepted')

  const paying = section('Accept validators, and pay for stake')
  await run(paying.shift()!)
  const staked = await follow('Stake', async (command) => {
    if (command.includes('--asset') && words.TOKEN === undefined)
      words.TOKEN = await deployArtifact('OddToken', governance, 'ODD', 0, words.STAKER!)
  })
  expect(staked).toContain('credited: 1000 IOTX\n')
  expect(staked).toMatch(/delegated: 500 IOTX to basket 1 of 0x\w{40}\n500 IOTX are not delegated/)
  expect(staked).toMatch(/delegated: 250 ODD to basket 1 of 0x\w{40}\n$/)
  const restaking = section('Restake staked buckets')
  const staking = await stakeWithL1(deployment.address('bucketVaultV3'))
  for (const command of restaking.splice(0, 4)) await run(command)
  expect(said.at(-2)).toContain('bucket 1: counts for 500 IOTX')
  for (const command of paying) await run(command)
  for (const command of later.slice(0, 2)) await run(command)
  for (let day = 0; day < 3; day++) await chain.nextDay()
  await chain.pass(60)

  const earned = await follow('Earn')
  expect(earned.match(/WIOTX: WIOTX for IOTX that backs DIM 1\n/g)).toHaveLength(2)
  expect(earned.match(/WIOTX: WIOTX for ODD that backs DIM 1\n/g)).toHaveLength(2)
  await run(later[2]!)
  expect(said.at(-1)).toMatch(/WIOTX of commission: WIOTX for IOTX that backs DIM 1\n/)

  const { timestamp } = (await provider.getBlock('latest'))!
  words.TIME = new Date((timestamp - 20) * 1000).toISOString().replace('.000Z', 'Z')
  for (const command of slashing) {
    if (command.includes('slash execute')) await chain.pass(6 * HOUR_S)
    await run(command)
  }
  const slashes = said.slice(-slashing.length)
  expect(slashes[1]).toBe('request 1: vetoed\n')
  expect(slashes[3]).toMatch(/^request 1: vetoed\n[\s\S]*request 2: requested\n {2}DIM 1 asks for 150 IOTX /)
  expect(slashes[4]).toContain('150 IOTX were taken\n')
  expect(slashes[5]).toBe(`150 IOTX went to ${words.BUILDER}\n`)

  const place = '--network iotexTestnet --deployment addresses.json --keystore builder.json'
  const offence =
    '--validator VALIDATOR --basket 1 --asset buckets-v3 --captured TIME --amount 50 --evidence evidence.json'
  await run(`pnpm iotex2 msp slash request 1 ${offence} ${place}`)
  await chain.pass(6 * HOUR_S)
  await run(`pnpm iotex2 msp slash execute 3 ${place}`)
  for (const command of restaking.splice(0, 3)) await run(command)
  expect(said.at(-3)).toContain('debt: 50 IOTX since ')
  expect(said.at(-2)).toBe('no debt\n')

  const left = await follow('Leave', async (command) => {
    if (command.includes('msp claim --network')) await chain.pass(EXIT_DELAY_S)
  })
  expect(left).toContain('exit 1: credited 200 IOTX\nexit 1: credited 250 ODD\n')
  expect(left).toContain(`100 IOTX went to ${RECIPIENT}\nwithdrawn: 600 IOTX\nwithdrawn: 250 ODD\n`)
  expect(await provider.getBalance(RECIPIENT)).toBe(parseEther('100'))

  for (const command of restaking) await run(command)
  expect(said.at(-1)).toBe(`bucket 1 went to ${words.STAKER}\n`)
  expect(await staking.ownerOf!(1n)).toBe(words.STAKER)

  expect(await follow('Stop validating')).toMatch(
    /basket 1 of 0x\w{40} is closed\nfrom .* 0x\w{40} does not serve DIM 1\nits stake is counted for rewards until .*: msp validator sync 0x\w{40}\n$/,
  )
  const ended = await follow('End a module', async (command) => {
    if (command.includes('dim release')) await chain.pass(36 * HOUR_S + 1)
  })
  expect(ended.match(/10 WIOTX of \d{4}-\d\d-\d\d: WIOTX for IOTX that backs DIM 1\n/g)).toHaveLength(5)
  expect(ended).toMatch(/DIM 1 is released\n100\.0 IOTX went to 0x\w{40}\n$/)
})
