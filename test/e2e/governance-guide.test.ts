/**
 * Runs every command of docs/governance.md on a chain of the testnet's id, with the testnet's parameters: the operator's
 * first, then the voter's in order, with the time between them that votes and the timelock take.
 * @module
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectProverBond } from '@iotex2/chain/contracts/ProverBond'
import { connectVeIOTX } from '@iotex2/chain/contracts/VeIOTX'
import { readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { addressBook, forgetDeployment } from '@iotex2/devnet/deploy'
import { type JsonRpcProvider, parseEther } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../chain-node.ts'
import { runGuide } from '../docs/cli.ts'
import { blocks, commands, readDocument } from '../docs/documents.ts'

const DEPLOYMENT = `test-governance-guide-${process.pid}`
const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-governance-'))
const guide = readDocument('docs/governance.md')
let chain: ChainNode
let provider: JsonRpcProvider

beforeAll(async () => {
  chain = await startChain({ chainId: 4690 })
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

test('every command succeeds, one after the other', async () => {
  const all = commands(readDocument('docs/governance.md'))
  const deployments = all.filter((command) => command.startsWith('pnpm hardhat ignition'))
  expect(deployments).toHaveLength(2)
  // The proposal is about the bond, which an operator has deployed before.
  for (const command of [deployments[0]!.replace('Governor.ts', 'Msp.ts'), ...deployments]) await deploy(command)
  copyFileSync(addressBook(DEPLOYMENT), join(directory, 'addresses.json'))
  writeFileSync(join(directory, 'proposal.json'), blocks(guide, 'json')[0]!)

  const deployment = await readDeployment(join(directory, 'addresses.json'))
  const bond = connectProverBond(deployment.address('proverStake'), provider)
  const votes = connectVeIOTX(deployment.address('votes'), provider)
  expect(await bond.penalty()).toBe(parseEther('1'))

  const env = { IOTEX2_PASSWORD: 'a password', IOTEX_TESTNET_RPC_URL: chain.url }
  const delegate = '0x0000000000000000000000000000000000DE1e9A'.toLowerCase()
  let voter = ''
  const said: Record<string, string> = {}
  for (const command of all.filter((line) => line.startsWith('pnpm iotex2 '))) {
    const [, , group, verb] = command.split(' ')
    // What the testnet's parameters say: an hour, a day, an hour; and the lock's end.
    if (verb === 'vote') await pass(3601)
    if (verb === 'queue') await pass(86_400)
    if (verb === 'execute') await pass(3600)
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
    if (verb === 'keygen') {
      voter = `0x${JSON.parse(readFileSync(join(directory, 'voter.json'), 'utf8')).address}`
      await chain.rpc('hardhat_setBalance', [voter, `0x${parseEther('3000').toString(16)}`])
    }
  }
  expect(said['gov lock']).toMatch(/^locked: 2000\.0 IOTX until .* UTC: 199\d\.\d+ votes now, none from then on\n/)
  expect(said['gov show--account']).toMatch(/^locked: 2000\.0 .*\nvotes with 199\d\.\d+\n$/)
  expect(said['gov propose']).toMatch(/^proposal 1: \d+\npending: /)
  expect(said['gov show1']).toContain('# Missing a task costs 3 IOTX')
  expect(said['gov execute']).toBe('executed\n')
  expect(await bond.penalty()).toBe(parseEther('3'))
  expect(said['gov withdraw']).toMatch(/^2000\.0 IOTX went to 0x/)
})
