/**
 * The contracts of restaked stake on a real node, with two modules and two validators, for tests of who reads them.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@iotex2/chain/clock'
import { connectAllocation } from '@iotex2/chain/contracts/Allocation'
import { connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectDimRegistry, dimRegistryInterface, type TermsInput } from '@iotex2/chain/contracts/DimRegistry'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectValidatorRegistry, validatorRegistryInterface } from '@iotex2/chain/contracts/ValidatorRegistry'
import { connectVaultFactory } from '@iotex2/chain/contracts/VaultFactory'
import { CONTRACT_IDS, Deployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { signerOf } from '@iotex2/devnet/accounts'
import { catchUp, yesterday } from '@iotex2/devnet/chain'
import {
  type ContractTransactionResponse,
  Interface,
  type JsonRpcProvider,
  type NonceManager,
  ZeroAddress,
} from 'ethers'
import { deployArtifact } from './artifact.ts'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from './chain-node.ts'

export const DAY = 24 * 3600
export const IOTX = 10n ** 18n
export const EXIT_DELAY = 7 * DAY
/** Takes half for an offence, at once, for governance. */
export const FLEET = 1n
/** Takes a fifth; governance may veto for half a day; what is taken is burnt. */
export const BRIDGE = 2n

export interface StakeNetwork extends AsyncDisposable {
  chain: ChainNode
  provider: JsonRpcProvider
  deployment: Deployment
  deploymentFile: string
  /** Deploys, admits modules, resolves slashes. */
  governance: NonceManager
  /** Builds both modules: manages them, and is their enforcer. */
  builder: NonceManager
  /** Basket 1 of the first is the fleet's; its basket 2 both modules', rehypothecated. Basket 1 of the second is the bridge's. */
  validators: { address: string; signer: NonceManager }[]
  staker: NonceManager
  /** A token of six decimals, which has no vault yet. */
  token: string
  nativeVault: string
  /** Of buckets of system staking's double. */
  bucketVault: string
  /** The chain's own time, in seconds. */
  now(): Promise<number>
  /** Mines a block so many seconds later. */
  pass(seconds: number): Promise<void>
}

export const mined = async (sent: Promise<ContractTransactionResponse>) => (await (await sent).wait())!

/** Deploys, admits and registers. What joined counts: it is the next day. */
export async function startStakeNetwork(): Promise<StakeNetwork> {
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-stake-'))
  const chain = await startChain({ start: yesterday(systemClock.now()) })
  const provider = openProvider({ url: chain.url, chainId: chain.chainId, pollingIntervalMs: 20 })
  const dispose = async () => {
    provider.destroy()
    await chain.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const signers = DEVELOPMENT_KEYS.map((key) => signerOf(key, provider))
    const [governance, builder, first, second, staker] = signers as [
      NonceManager,
      NonceManager,
      NonceManager,
      NonceManager,
      NonceManager,
    ]
    const book = await deployStake(governance)
    const deployment = new Deployment(book)
    const deploymentFile = join(directory, 'deployed_addresses.json')
    await writeFile(deploymentFile, JSON.stringify(book))
    const validators = await Promise.all(
      [first, second].map(async (signer) => ({ signer, address: (await signer.getAddress()).toLowerCase() })),
    )
    await openModules(deployment, governance, builder)
    await openBaskets(deployment, builder, validators)
    const token = await deployArtifact('OddToken', governance, 'USDX', 0, await governance.getAddress())
    await catchUp(chain.url, systemClock.now())
    return {
      chain,
      provider,
      deployment,
      deploymentFile,
      governance,
      builder,
      validators,
      staker,
      token,
      nativeVault: deployment.address('nativeVault').toLowerCase(),
      bucketVault: deployment.address('bucketVaultV3').toLowerCase(),
      now: async () => Number((await provider.send('eth_getBlockByNumber', ['latest', false])).timestamp),
      pass: async (seconds) => {
        await chain.rpc('evm_increaseTime', [seconds])
        await chain.rpc('evm_mine')
      },
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function deployStake(deployer: NonceManager): Promise<Record<string, string>> {
  const deploy = (name: string, ...args: unknown[]) => deployArtifact(name, deployer, ...args)
  const authority = await deploy('AccessManager', await deployer.getAddress())
  const dims = await deploy(
    'ERC1967Proxy',
    await deploy('DimRegistry', authority),
    dimRegistryInterface.encodeFunctionData('initialize', [IOTX, EXIT_DELAY]),
  )
  const validators = await deploy(
    'ERC1967Proxy',
    await deploy('ValidatorRegistry', authority, dims, ZeroAddress),
    validatorRegistryInterface.encodeFunctionData('initialize'),
  )
  const allocation = await deploy('Allocation', dims, validators)
  const slasher = await deploy('Slasher', dims, validators, allocation)
  const wrapped = await deploy('WrappedIOTX')
  const rewards = await deploy('Rewards', allocation, dims, validators)
  const factory = await deploy('VaultFactory', wrapped, allocation, dims, slasher, rewards)
  // Of version 3, which counts in seconds.
  const staking = await deploy('SystemStaking', true)
  return {
    [CONTRACT_IDS.authority]: authority,
    [CONTRACT_IDS.wrappedIotx]: wrapped,
    [CONTRACT_IDS.dimRegistry]: dims,
    [CONTRACT_IDS.validatorRegistry]: validators,
    [CONTRACT_IDS.allocation]: allocation,
    [CONTRACT_IDS.slasher]: slasher,
    [CONTRACT_IDS.rewards]: rewards,
    [CONTRACT_IDS.vaultFactory]: factory,
    [CONTRACT_IDS.bucketVaultV3]: await deploy('BucketVault', staking, wrapped, allocation, dims, slasher, rewards),
    [CONTRACT_IDS.nativeVault]: await connectVaultFactory(factory, deployer).vaultOf(wrapped),
  }
}

async function openModules(deployment: Deployment, governance: NonceManager, builder: NonceManager): Promise<void> {
  const [enforcer, resolver] = [await builder.getAddress(), await governance.getAddress()]
  const fleet: TermsInput = {
    maximumSlash: 5_000,
    evidenceAge: 3 * DAY,
    vetoWindow: 0,
    executionWindow: DAY,
    enforcer,
    resolver: ZeroAddress,
    beneficiary: resolver,
  }
  const bridge: TermsInput = {
    ...fleet,
    maximumSlash: 2_000,
    evidenceAge: DAY,
    vetoWindow: DAY / 2,
    resolver,
    beneficiary: ZeroAddress,
  }
  const address = deployment.address('dimRegistry')
  const proposing = connectDimRegistry(address, builder)
  await mined(proposing.propose(fleet, 'https://modules.example/fleet.json', { value: 2n * IOTX }))
  await mined(proposing.propose(bridge, 'ipfs://bridge', { value: IOTX }))
  const admitting = connectDimRegistry(address, governance)
  for (const dim of [FLEET, BRIDGE]) await mined(admitting.admit(dim))
}

async function openBaskets(
  deployment: Deployment,
  builder: NonceManager,
  validators: StakeNetwork['validators'],
): Promise<void> {
  const registry = deployment.address('validatorRegistry')
  for (const [i, { signer, address }] of validators.entries()) {
    const own = connectValidatorRegistry(registry, signer)
    await mined(own.register(0, 500 * (i + 1)))
    for (const dim of i === 0 ? [FLEET, BRIDGE] : [BRIDGE]) {
      await mined(own.opt(dim, true))
      await mined(connectValidatorRegistry(registry, builder).accept(dim, address, true))
    }
  }
  const [first, second] = validators.map(({ signer }) => connectAllocation(deployment.address('allocation'), signer))
  await mined(first!.openBasket([{ dim: FLEET, share: 10_000 }], false))
  const both = [
    { dim: FLEET, share: 8_000 },
    { dim: BRIDGE, share: 6_000 },
  ]
  await mined(first!.openBasket(both, true))
  await mined(second!.openBasket([{ dim: BRIDGE, share: 10_000 }], false))
}

const stakingInterface = new Interface(['function stake(uint256 duration, address delegate) payable'])

/** Stakes `amount` of the coin in system staking, locked for two weeks. Returns the bucket. */
export async function stakeBucket(network: StakeNetwork, staker: NonceManager, amount: bigint): Promise<bigint> {
  const to = await connectBucketVault(network.bucketVault, network.provider).staking()
  const data = stakingInterface.encodeFunctionData('stake', [14 * DAY, network.validators[0]!.address])
  const { logs } = (await (await staker.sendTransaction({ to, data, value: amount })).wait())!
  // Transfer(from, to, bucket) of ERC-721.
  return BigInt(logs[0]!.topics[3]!)
}

/** Puts `amount` of the coin into the wrapped coin's vault, and delegates it. */
export async function stakeNative(
  network: StakeNetwork,
  staker: NonceManager,
  { validator, basket, amount }: { validator: string; basket: number; amount: bigint },
): Promise<void> {
  const vault = connectNativeVault(network.nativeVault, staker)
  await mined(vault.depositNative(await staker.getAddress(), { value: amount }))
  await mined(vault.delegate(validator, basket, amount))
}
