/**
 * W3bstream as Ignition deploys it, over the real ioID contracts: what the modules wire is enough to assign, settle,
 * reward, recall and slash, and no more than that. The verifier accepts everything: proofs have their own tests.
 */

import { batchTaskId } from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { expect } from 'chai'
import { AbiCoder, type Contract, id, parseEther, Signature, type Signer, toBeHex, Wallet, ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import IoIDModule from '../../deploy/modules/IoID.ts'
import MspModule from '../../deploy/modules/Msp.ts'
import RewardsModule from '../../deploy/modules/Rewards.ts'
import W3bstreamModule from '../../deploy/modules/W3bstream.ts'

const PROVERS = 1n
const READINGS = 2n
const VM_TYPE = 1n
const FEE = 1000n
const DIM = 1n
const BASKET = 1
const DAY = 24 * 3600
const STAKE = parseEther('50')
const PENALTY = parseEther('3')
const ROOT = 77n
const CHAIN_ID = 31337n
const PARAMETERS = toBeHex(88, 32)
const register = 'register(address,uint256,address,bytes32,string,uint8,bytes32,bytes32)'

/** All modules in one deployment, as an operator's journal holds them. */
const SystemModule = buildModule('System', (m) => {
  const w3bstream = m.useModule(W3bstreamModule)
  return {
    ...w3bstream,
    ...m.useModule(MspModule),
    ...m.useModule(RewardsModule),
    ...m.useModule(IoIDModule),
    store: w3bstream.project,
    ioIDStore: m.useModule(IoIDModule).store,
  }
})

/** The same contract, called by `signer`. */
const as = (signer: Signer, contract: Contract) => contract.connect(signer) as Contract

describe('W3bstream as deployed', () => {
  const device = Wallet.createRandom()
  const prover = Wallet.createRandom()
  let connection: Awaited<ReturnType<typeof network.create>>
  let governance: Signer
  let owner: Signer
  let coordinator: Signer
  let proverSigner: Signer
  let contracts: Awaited<ReturnType<typeof deploy>>

  const deploy = () =>
    connection.ignition.deploy(SystemModule, {
      parameters: {
        W3bstream: { heartbeatTimeoutSeconds: 3600, penaltyWei: PENALTY },
        Rewards: { projectId: READINGS, readingsPerMinute: 60, burst: 16 },
      },
    })

  /** Registers a project of ioIDs with a device NFT of its own. */
  async function createProject(name: string) {
    const { projectRegistry, ioIDStore, project, deviceNFT } = contracts
    await as(owner, projectRegistry)['register(string,uint8)']!(name, 0)
    const projectId = await project.count!()
    await as(owner, ioIDStore).applyIoIDs!(projectId, 1n, { value: await ioIDStore.price!() })
    const initialize = deviceNFT.interface.encodeFunctionData('initialize', [name, 'NFT'])
    const proxy = await connection.ethers.deployContract('ERC1967Proxy', [deviceNFT, initialize], owner)
    const nft = await connection.ethers.getContractAt('DeviceNFT', proxy, owner)
    await as(owner, ioIDStore).setDeviceContract!(projectId, nft)
    await nft.configureMinter!(owner, 1n)
    await nft.mint!(owner)
    await nft.approve!(contracts.registry, 1n)
    return nft
  }

  /** Gives `key` its ioID, by its permit. */
  async function enrol(key: Pick<Wallet, 'address' | 'signTypedData'>, nft: Contract) {
    const { registry } = contracts
    const { chainId } = await connection.ethers.provider.getNetwork()
    const domain = { name: 'ioIDRegistry', version: '1', chainId, verifyingContract: await registry.getAddress() }
    const types = {
      Permit: ['owner address', 'nonce uint256'].map((member) => {
        const [name, type] = member.split(' ')
        return { name: name!, type: type! }
      }),
    }
    const message = { owner: await owner.getAddress(), nonce: await registry.nonces!(key.address) }
    const { v, r, s } = Signature.from(await key.signTypedData(domain, types, message))
    await as(owner, registry)[register]!(nft, 1n, key.address, id('document'), 'ipfs://document', v, r, s)
  }

  /** A project that is served, pays, and has its verifier and its dApp. */
  async function configureProject() {
    const { store, registrar, reward, debits, router, wrapped } = contracts
    const abi = AbiCoder.defaultAbiCoder()
    await as(owner, registrar).register!(READINGS)
    await as(owner, store).setAttributes!(
      READINGS,
      [id('parameters'), id('vmType')],
      [PARAMETERS, abi.encode(['uint256'], [VM_TYPE])],
    )
    await as(owner, reward).setRewardToken!(READINGS, wrapped)
    await as(owner, reward).setReward!(READINGS, FEE)
    await as(owner, wrapped).deposit!({ value: 10n * FEE })
    await as(owner, wrapped).approve!(debits, 10n * FEE)
    await as(owner, debits).deposit!(wrapped, 10n * FEE)
    await as(owner, router).bindVerifier!(READINGS, await connection.ethers.deployContract('MockVerifier', [true]))
    await as(owner, router).bindDapp!(READINGS, contracts.rewards)
  }

  /** The fleet becomes a DIM, and the prover its validator, whom a staker backs from the next epoch on. */
  async function backProver() {
    const { allocation, dims, nativeVault, registry, stake, validators } = contracts
    const terms = {
      maximumSlash: 5_000,
      evidenceAge: 3 * DAY,
      vetoWindow: 0,
      executionWindow: DAY,
      enforcer: stake,
      resolver: ZeroAddress,
      beneficiary: await governance.getAddress(),
    }
    await as(owner, dims).propose!(terms, '', { value: await dims.minimumBond!() })
    await as(governance, dims).admit!(DIM)
    await as(governance, stake).bindDim!(DIM)
    await owner.sendTransaction({ to: prover.address, value: parseEther('5') })
    await as(proverSigner, validators).register!(await registry.deviceTokenId!(prover.address), 0)
    await as(proverSigner, validators).opt!(DIM, true)
    await as(owner, validators).accept!(DIM, prover.address, true)
    await as(proverSigner, allocation).openBasket!([{ dim: DIM, share: 10_000 }], false)
    await as(proverSigner, stake).commitBasket!(BASKET)
    await as(owner, nativeVault).depositNative!(owner, { value: STAKE })
    await as(owner, nativeVault).delegate!(prover.address, BASKET, STAKE)
    const { provider } = connection.ethers
    await provider.send('evm_setNextBlockTimestamp', [(Math.floor((await now()) / DAY) + 1) * DAY])
    await provider.send('evm_mine', [])
  }

  async function enlistProver() {
    const { fleet, registry, tasks, validators } = contracts
    await as(governance, fleet).setProverProject!(PROVERS)
    await as(governance, tasks).addOperator!(coordinator)
    proverSigner = prover.connect(connection.ethers.provider)
    await backProver()
    expect(await validators.ioIDOf!(prover.address)).to.equal(await registry.deviceTokenId!(prover.address))
    await as(proverSigner, fleet).register!()
    await as(proverSigner, fleet).addVMType!(VM_TYPE)
  }

  const now = async () => (await connection.ethers.provider.getBlock('latest'))!.timestamp

  const taskOf = (root: bigint): Hex => batchTaskId(CHAIN_ID, READINGS, root)

  async function assign(root: bigint): Promise<number> {
    const deadline = (await now()) + 60
    const hash = toBeHex(root, 32)
    const assignment = { projectId: READINGS, taskId: taskOf(root), hash, signature: '0x', prover: prover.address }
    await as(coordinator, contracts.tasks)['assign((uint256,bytes32,bytes32,bytes,address),address,uint256)']!(
      assignment,
      coordinator,
      deadline,
    )
    return deadline
  }

  /** Public signals of a batch with three readings of the device. */
  async function signalsOf(root: bigint): Promise<bigint[]> {
    const router = BigInt(await contracts.router.getAddress())
    const bound = [CHAIN_ID, router, READINGS, BigInt(taskOf(root)), BigInt(prover.address), root, BigInt(PARAMETERS)]
    const slots = new Array<bigint>(16).fill(0n)
    slots[0] = BigInt(device.address) + (3n << 160n)
    return [...bound, ...slots]
  }

  before(async () => {
    connection = await network.create()
    const signers = await connection.ethers.getSigners()
    governance = signers[0]!
    owner = signers[1]!
    coordinator = signers[2]!
    contracts = await deploy()
    await enrol(prover, await createProject('Provers'))
    await enrol(device, await createProject('Readings'))
    await configureProject()
    await enlistProver()
  })
  after(() => connection.close())

  it("settles a task, pays the prover and mints to the account of the device's ioID", async () => {
    const { router, debits, wrapped } = contracts
    const taskId = taskOf(ROOT)
    await assign(ROOT)
    await expect(as(proverSigner, router).settle!(READINGS, taskId, '0x', await signalsOf(ROOT)))
      .to.emit(router, 'DataProcessed')
      .withArgs(READINGS, await contracts.registry.deviceTokenId!(prover.address), prover.address, true, '0x')

    const [account] = await contracts.ioID['wallet(uint256)']!(await contracts.registry.deviceTokenId!(device.address))
    expect(await contracts.token.balanceOf!(account)).to.equal(parseEther('3'))
    expect(await debits.balanceOf!(wrapped, prover.address)).to.equal(FEE)
    await as(proverSigner, debits).withdraw!(wrapped, FEE)
    expect(await wrapped.balanceOf!(prover.address)).to.equal(FEE)
  })

  it('recalls a task that its prover missed, and slashes the stake behind it', async () => {
    const { tasks, fleet } = contracts
    const taskId = taskOf(ROOT + 1n)
    const deadline = await assign(ROOT + 1n)
    await connection.ethers.provider.send('evm_setNextBlockTimestamp', [deadline + 1])
    await expect(as(owner, tasks).recall!(READINGS, taskId))
      .to.emit(tasks, 'TaskRecalled')
      .withArgs(READINGS, taskId, prover.address, PENALTY)
    expect(await contracts.stake.stakeOf!(prover.address)).to.equal(STAKE - PENALTY)
    const beneficiary = await governance.getAddress()
    expect(await contracts.nativeVault.collectable!(beneficiary)).to.equal(PENALTY)
    await as(owner, contracts.nativeVault).collect!(beneficiary)
    expect(await contracts.wrapped.balanceOf!(beneficiary)).to.equal(PENALTY)
    expect(await fleet.idleProvers!(VM_TYPE, 10n)).to.deep.equal([prover.address])
  })

  it('lets nobody but the router settle, and nobody but the task manager slash', async () => {
    const { tasks } = contracts
    const taskId = taskOf(ROOT + 2n)
    await assign(ROOT + 2n)
    for (const caller of [owner, coordinator]) {
      await expect(as(caller, tasks).settleProven!(READINGS, taskId, prover.address))
        .to.be.revertedWithCustomError(tasks, 'AccessManagedUnauthorized')
        .withArgs(await caller.getAddress())
      await expect(as(caller, contracts.stake).slash!(prover.address, taskId, 1n))
        .to.be.revertedWithCustomError(contracts.stake, 'AccessManagedUnauthorized')
        .withArgs(await caller.getAddress())
    }
  })
})
