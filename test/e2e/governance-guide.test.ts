/**
 * Runs every command of docs/governance.md on a chain of the testnet's id, with the testnet's parameters: the operator's
 * first, then the voter's in order, with the time between them that votes and the timelock take.
 * @module
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDimRegistry, type DimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectVeIOTX } from '@iotex2/chain/contracts/VeIOTX'
import { readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { developmentAddress } from '@iotex2/devnet/accounts'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { addressBook, forgetDeployment } from '@iotex2/devnet/deploy'
import { type JsonRpcProvider, parseEther, Wallet, ZeroAddress } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../chain-node.ts'
import { runGuide } from '../docs/cli.ts'
import { blocks, commands, readDocument } from '../docs/documents.ts'

const ERC6551_REGISTRY = '0x000000006551c19487814612e58FE06813775758'
/** Of a module (IDimRegistry.Status), after each of the guide's proposals. */
const [PROPOSED, ADMITTED, LEAVING] = [1n, 2n, 3n]
const DAY_S = 24 * 3600
const DEPLOYMENT = `test-governance-guide-${process.pid}`
const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-governance-'))
const guide = readDocument('docs/governance.md')
let chain: ChainNode
let provider: JsonRpcProvider

beforeAll(async () => {
  chain = await startChain({ chainId: 4690 })
  // The canonical registry is there on IoTeX; here its code is put in its place.
  const artifact = readFileSync(join(ROOT, 'artifacts/erc6551/ERC6551Registry.sol/ERC6551Registry.json'), 'utf8')
  await chain.rpc('hardhat_setCode', [ERC6551_REGISTRY, JSON.parse(artifact).deployedBytecode])
  provider = openProvider({ url: chain.url, chainId: 4690n, pollingIntervalMs: 100 })
})
afterAll(async () => {
  provider?.destroy()
  await chain?.stop()
  forgetDeployment(DEPLOYMENT)
  rmSync(directory, { recursive: true })
})

/** Runs Ignition as the guide says, with the deployer's key in the environment. */
async function deploy(command: string): Promise<void> {
  const words = command.replace('--deployment-id testnet', `--deployment-id ${DEPLOYMENT}`).split(' ').slice(2)
  const child = spawn(process.execPath, [hardhatCli, ...words], {
    cwd: ROOT,
    env: {
      ...process.env,
      IOTEX_TESTNET_RPC_URL: chain.url,
      DEPLOYER_PRIVATE_KEY: DEVELOPMENT_KEYS[0],
      HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  expect(await new Promise((resolve) => child.once('exit', resolve)), output).toBe(0)
}

async function pass(seconds: number): Promise<void> {
  const { timestamp } = (await provider.getBlock('latest'))!
  await chain.rpc('evm_setNextBlockTimestamp', [timestamp + seconds])
  await chain.rpc('evm_mine')
}

/** A builder's module, on the terms that the guide's proposal tells. */
async function proposeDim(dims: DimRegistry): Promise<void> {
  const party = developmentAddress('projectOwner')
  const parties = { enforcer: party, resolver: ZeroAddress, beneficiary: party }
  const window = { evidenceAge: DAY_S - 3600, vetoWindow: 0, executionWindow: 3600 }
  const sent = await dims.propose({ maximumSlash: 5_000, ...window, ...parties }, '', { value: parseEther('100') })
  await sent.wait()
}

test('every command succeeds, one after the other', async () => {
  const all = commands(readDocument('docs/governance.md'))
  const deployments = all.filter((command) => command.startsWith('pnpm hardhat ignition'))
  expect(deployments).toHaveLength(2)
  // Restaked stake is among what an operator has deployed before.
  for (const command of [deployments[0]!.replace('Governor.ts', 'Msp.ts'), ...deployments]) await deploy(command)
  copyFileSync(addressBook(DEPLOYMENT), join(directory, 'addresses.json'))
  const files = blocks(guide, 'json')
  expect(files).toHaveLength(3)
  for (const [i, name] of ['proposal', 'admit', 'remove'].entries())
    writeFileSync(join(directory, `${name}.json`), files[i]!)

  const deployment = await readDeployment(join(directory, 'addresses.json'))
  const votes = connectVeIOTX(deployment.address('votes'), provider)
  const dims = connectDimRegistry(deployment.address('dimRegistry'), new Wallet(DEVELOPMENT_KEYS[1], provider))
  expect(await dims.exitDelay()).toBe(BigInt(2 * DAY_S))
  await proposeDim(dims)

  const env = { IOTEX2_PASSWORD: 'a password', IOTEX_TESTNET_RPC_URL: chain.url }
  const delegate = '0x0000000000000000000000000000000000DE1e9A'.toLowerCase()
  let voter = ''
  const said: Record<string, string> = {}
  const proposals: string[] = []
  const statuses = [(await dims.dimOf(1n)).status]
  for (const command of all.filter((line) => line.startsWith('pnpm iotex2 '))) {
    const [, , group, verb] = command.split(' ')
    // What the testnet's parameters say: an hour, a day, three days; and the lock's end.
    if (verb === 'vote') await pass(3601)
    if (verb === 'queue') await pass(DAY_S)
    if (verb === 'execute') await pass(3 * DAY_S)
    if (verb === 'withdraw') {
      const { end } = await votes.lockOf(voter)
      await pass(Number(end) - (await provider.getBlock('latest'))!.timestamp)
    }
    const own = command.replace('DELEGATE', delegate).replace(/\bVOTER\b/, voter)
    const { code, stdout, stderr } = await runGuide(
      directory,
      `${own}${command.includes('--keystore') ? ' --yes' : ''}`,
      env,
    )
    expect(code, `${command}\n${stderr}`).toBe(0)
    said[`${group} ${verb}${verb === 'show' ? (command.match(/show (1|--account)/)?.[1] ?? '') : ''}`] = stdout
    if (verb === 'propose') proposals.push(stdout)
    if (verb === 'execute') statuses.push((await dims.dimOf(1n)).status)
    if (verb === 'keygen') {
      voter = `0x${JSON.parse(readFileSync(join(directory, 'voter.json'), 'utf8')).address}`
      await chain.rpc('hardhat_setBalance', [voter, `0x${parseEther('3000').toString(16)}`])
    }
  }
  expect(said['gov lock']).toMatch(/^locked: 2000\.0 IOTX until .* UTC: 199\d\.\d+ votes now, none from then on\n/)
  expect(said['gov show--account']).toMatch(/^locked: 2000\.0 .*\nvotes with 199\d\.\d+\n$/)
  expect(proposals).toEqual([1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^proposal ${n}: \\d+\\npending: `))))
  expect(said['gov show1']).toContain('# Stake leaves in two and a half days')
  expect(said['gov execute']).toBe('executed\n')
  expect(await dims.exitDelay()).toBe(216_000n)
  expect(statuses).toEqual([PROPOSED, PROPOSED, ADMITTED, LEAVING])
  expect(said['gov withdraw']).toMatch(/^2000\.0 IOTX went to 0x/)
})
