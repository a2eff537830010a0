/**
 * Rehearses the deployment to IoTeX testnet on a local node of its chain id, by the operator's own command.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAccessManager } from '@iotex2/chain/contracts/AccessManager'
import { readDeployment } from '@iotex2/chain/deployment'
import { developmentAddress } from '@iotex2/devnet/accounts'
import { rpc, startChainNode } from '@iotex2/devnet/chain'
import { addressBook, deployModule, forgetDeployment } from '@iotex2/devnet/deploy'
import { ProcessTree } from '@iotex2/devnet/processes'
import { JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'

const TESTNET = 4690
const ERC6551_REGISTRY = '0x000000006551c19487814612e58FE06813775758'
const DEPLOYMENT = `devnet-rehearsal-${process.pid}`
/** A journal of its own: Ignition does not go on with one in which something failed. */
const HASTY = `${DEPLOYMENT}-hasty`
const directory = mkdtempSync(join(tmpdir(), 'iotex2-rehearsal-'))
const tree = new ProcessTree(join(directory, 'logs'))
let rpcUrl: string

beforeAll(async () => {
  ;({ url: rpcUrl } = await startChainNode(tree, { chainId: TESTNET, port: 0 }))
  // The canonical registry is there on IoTeX; here its code is put in its place.
  const artifact = new URL('../../artifacts/erc6551/ERC6551Registry.sol/ERC6551Registry.json', import.meta.url)
  const { deployedBytecode } = JSON.parse(readFileSync(artifact, 'utf8'))
  await rpc(rpcUrl, 'hardhat_setCode', [ERC6551_REGISTRY, deployedBytecode])
})

afterAll(async () => {
  await tree.stopAll()
  for (const id of [DEPLOYMENT, HASTY]) forgetDeployment(id)
  rmSync(directory, { recursive: true, force: true })
})

const target = (deploymentId = DEPLOYMENT) => ({ rpcUrl, deploymentId, directory })
const blockNumber = async () => Number(await rpc<string>(rpcUrl, 'eth_blockNumber'))
const parameters = { IoID: { walletRegistry: ERC6551_REGISTRY } }

test('everything deploys to chain id 4690, and deploying again sends nothing', async () => {
  await deployModule(target(), 'W3bstream', parameters)
  const addresses = readFileSync(addressBook(DEPLOYMENT), 'utf8')
  expect(JSON.parse(addresses)).toHaveProperty(['W3bstream#W3bstreamRouter'])
  const block = await blockNumber()
  await deployModule(target(), 'W3bstream', parameters)
  expect(await blockNumber()).toBe(block)
  expect(readFileSync(addressBook(DEPLOYMENT), 'utf8')).toBe(addresses)
})

test('a verifier with a development key is refused there', async () => {
  const rewards = deployModule(target(), 'Rewards', { ...parameters, Rewards: { projectId: '1n' } })
  await expect(rewards).rejects.toMatchObject({
    code: 'DEPLOY_FAILED',
    message: expect.stringContaining('VerifierDevelopmentKey'),
  })
})

test('nobody hands the authority over while stake takes longer to leave than the timelock waits', async () => {
  const hasty = { ...parameters, Governor: { timelockDelaySeconds: 7 * 24 * 3600 } }
  await deployModule(target(HASTY), 'Governor', hasty)
  await expect(deployModule(target(HASTY), 'Handover', hasty)).rejects.toMatchObject({
    code: 'DEPLOY_FAILED',
    message: expect.stringContaining('ExitBeforeExecutionRefused'),
  })
  const deployment = await readDeployment(addressBook(HASTY))
  const provider = new JsonRpcProvider(rpcUrl)
  const authority = connectAccessManager(deployment.address('authority'), provider)
  expect((await authority.hasRole(0n, developmentAddress('governance'))).isMember).toBe(true)
  provider.destroy()
})
