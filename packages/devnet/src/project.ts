/**
 * What project owners and governance do once on chain so that a project's readings can be proven and rewarded.
 * Each step looks first, so that an interrupted setup is run again.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAllocation } from '@iotex2/chain/contracts/Allocation'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectDimStake } from '@iotex2/chain/contracts/DimStake'
import { connectFleetManager } from '@iotex2/chain/contracts/FleetManager'
import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectProjectRegistrar } from '@iotex2/chain/contracts/ProjectRegistrar'
import { connectValidatorRegistry } from '@iotex2/chain/contracts/ValidatorRegistry'
import { connectW3bstreamDebits } from '@iotex2/chain/contracts/W3bstreamDebits'
import { connectW3bstreamProject } from '@iotex2/chain/contracts/W3bstreamProject'
import { connectW3bstreamProjectReward } from '@iotex2/chain/contracts/W3bstreamProjectReward'
import { connectW3bstreamRouter } from '@iotex2/chain/contracts/W3bstreamRouter'
import { connectW3bstreamTaskManager } from '@iotex2/chain/contracts/W3bstreamTaskManager'
import { connectWrappedIOTX } from '@iotex2/chain/contracts/WrappedIOTX'
import type { Deployment } from '@iotex2/chain/deployment'
import { BATCH_VM_TYPE } from '@iotex2/protocol/batch'
import { toHex32 } from '@iotex2/protocol/hex'
import { type Profile, profileParameters } from '@iotex2/protocol/profile'
import { ContractFactory, type ContractTransactionResponse, Interface, id, type Signer, ZeroAddress } from 'ethers'
import { ROOT } from './chain.ts'

const artifact = (path: string): { abi: never[]; bytecode: string } =>
  JSON.parse(readFileSync(join(ROOT, 'artifacts', path), 'utf8'))

const mined = async (sent: Promise<ContractTransactionResponse>): Promise<void> => {
  await (await sent).wait()
}

/** Deploys a device NFT contract behind a proxy; the signer owns it. Returns its address. */
export async function deployDeviceNft(
  signer: Signer,
  implementation: string,
  name: string,
  symbol: string,
): Promise<string> {
  const { abi } = artifact('contracts/ioid/DeviceNFT.sol/DeviceNFT.json')
  const proxy = artifact('@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol/ERC1967Proxy.json')
  const call = new Interface(abi).encodeFunctionData('initialize', [name, symbol])
  const contract = await new ContractFactory(proxy.abi, proxy.bytecode, signer).deploy(implementation, call)
  await contract.waitForDeployment()
  return contract.getAddress()
}

/** Registers the project with W3bstream and commits it to its profile's ranges and to the circuit. */
export async function configureProject(
  signer: Signer,
  deployment: Deployment,
  projectId: bigint,
  profile: Profile,
): Promise<void> {
  const store = connectW3bstreamProject(deployment.address('w3bstreamProject'), signer)
  if (!(await store.isValidProject(projectId))) {
    const registrar = connectProjectRegistrar(deployment.address('projectRegistrar'), signer)
    await mined(registrar.register(projectId, { value: await registrar.registrationFee() }))
  }
  const attributes = { parameters: toHex32(profileParameters(profile)), vmType: toHex32(BATCH_VM_TYPE) }
  const keys = Object.keys(attributes).map(id)
  const current = await store.attributesOf(projectId, keys)
  if (Object.values(attributes).some((value, i) => value !== current[i]))
    await mined(store.setAttributes(projectId, keys, Object.values(attributes)))
}

/** Names the contract that checks the project's proofs and the one that consumes its results. */
export async function bindProject(signer: Signer, deployment: Deployment, projectId: bigint): Promise<void> {
  const router = connectW3bstreamRouter(deployment.address('router'), signer)
  const [verifier, dapp] = [deployment.address('verifier'), deployment.address('deviceRewards')]
  if ((await router.verifier(projectId)) !== verifier) await mined(router.bindVerifier(projectId, verifier))
  if ((await router.dapp(projectId)) !== dapp) await mined(router.bindDapp(projectId, dapp))
}

export interface ProjectFunds {
  /** Fee for one task, in wei of wrapped IOTX. */
  feeWei: bigint
  /** What the project pays tasks from. */
  depositWei: bigint
}

/** Sets the fee of a task and deposits what tasks are paid from. */
export async function fundProject(
  signer: Signer,
  deployment: Deployment,
  projectId: bigint,
  funds: ProjectFunds,
): Promise<void> {
  const owner = await signer.getAddress()
  const token = connectWrappedIOTX(deployment.address('wrappedIotx'), signer)
  const debits = connectW3bstreamDebits(deployment.address('debits'), signer)
  const reward = connectW3bstreamProjectReward(deployment.address('projectReward'), signer)
  const [tokenAddress, debitsAddress] = await Promise.all([token.getAddress(), debits.getAddress()])
  if ((await reward.rewardToken(projectId)) === ZeroAddress) await mined(reward.setRewardToken(projectId, tokenAddress))
  if ((await reward.rewardAmount(owner, projectId)) !== funds.feeWei)
    await mined(reward.setReward(projectId, funds.feeWei))
  const missing = funds.depositWei - (await debits.balanceOf(tokenAddress, owner))
  if (missing <= 0n) return
  await mined(token.deposit({ value: missing }))
  await mined(token.approve(debitsAddress, missing))
  await mined(debits.deposit(tokenAddress, missing))
}

/** Governance: lets these coordinators assign, and provers of this project serve. */
export async function admitCoordinators(
  governance: Signer,
  deployment: Deployment,
  coordinators: readonly string[],
  proverProject: bigint,
): Promise<void> {
  const tasks = connectW3bstreamTaskManager(deployment.address('taskManager'), governance)
  for (const coordinator of coordinators)
    if (!(await tasks.operators(coordinator))) await mined(tasks.addOperator(coordinator))
  const fleet = connectFleetManager(deployment.address('fleetManager'), governance)
  if ((await fleet.proverProject()) !== proverProject) await mined(fleet.setProverProject(proverProject))
}

/** When an offence of the fleet can be slashed, in seconds. Both together are shorter than stake takes to leave. */
export interface FleetWindow {
  /** How long after a missed deadline the slash can be asked for. */
  evidenceAge: number
  executionWindow: number
}

/** The most of a prover's stake that one missed deadline can cost, in basis points. */
const MAXIMUM_SLASH = 5_000
/** Of a DIM (IDimRegistry.Status). */
const [NONE, PROPOSED] = [0n, 1n]

/**
 * Proposes the fleet as a module (DIM) of restaked stake, with the least bond: whoever does manages it, and accepts its provers.
 * What is slashed is `beneficiary`'s. A missed deadline is on chain, so nobody has a veto. Returns the DIM's id.
 */
export async function proposeFleetDim(
  builder: Signer,
  deployment: Deployment,
  beneficiary: string,
  window: FleetWindow,
): Promise<bigint> {
  const dims = connectDimRegistry(deployment.address('dimRegistry'), builder)
  const enforcer = deployment.address('proverStake')
  const account = await builder.getAddress()
  // Anyone may propose one like it.
  const find = async (): Promise<bigint | undefined> => {
    for (let dim = 1n; ; dim++) {
      const { manager, status } = await dims.dimOf(dim)
      if (status === NONE) return undefined
      if (manager === account && (await dims.termsOf(dim)).enforcer === enforcer) return dim
    }
  }
  const found = await find()
  if (found !== undefined) return found
  const slash = { maximumSlash: MAXIMUM_SLASH, enforcer, beneficiary }
  const noVeto = { vetoWindow: 0, resolver: ZeroAddress }
  await mined(dims.propose({ ...window, ...slash, ...noVeto }, '', { value: await dims.minimumBond() }))
  return (await find())!
}

/** Governance: admits the fleet's DIM, and lets its stake stand behind provers. */
export async function admitFleetDim(governance: Signer, deployment: Deployment, dim: bigint): Promise<void> {
  const dims = connectDimRegistry(deployment.address('dimRegistry'), governance)
  if ((await dims.dimOf(dim)).status === PROPOSED) await mined(dims.admit(dim))
  const stake = connectDimStake(deployment.address('proverStake'), governance)
  if ((await stake.dim()) === 0n) await mined(stake.bindDim(dim))
}

/** Who stands behind a prover, and with how much. */
export interface ProverBacking {
  /** Gives the prover coins for gas and for its own stake. */
  operator: Signer
  /** Manages the fleet's DIM. */
  builder: Signer
  staker: Signer
  /** The prover's own stake. */
  ownWei: bigint
  /** The staker's. */
  stakedWei: bigint
}

/** The prover's commission of what its stakers earn, in basis points. */
const COMMISSION = 500
const WHOLE = 10_000

const GAS_WEI = 10n ** 19n
/** Later than any change that was made: the last time that contracts can tell. */
const FOREVER = 2 ** 48 - 1

/**
 * Makes a validator of a prover, which signs for itself: with its ioID, serving the fleet's DIM, backed by its own stake and a
 * staker's. It counts from the next epoch on, after which the prover can {@link enlistProver}.
 */
export async function backProver(prover: Signer, deployment: Deployment, backing: ProverBacking): Promise<void> {
  const { operator, builder, staker } = backing
  const address = await prover.getAddress()
  const own = GAS_WEI + backing.ownWei
  const validators = connectValidatorRegistry(deployment.address('validatorRegistry'), prover)
  const stake = connectDimStake(deployment.address('proverStake'), prover)
  const dim = await stake.dim()
  if (!(await validators.isRegistered(address))) {
    const balance = await operator.provider!.getBalance(address)
    if (balance < own) await (await operator.sendTransaction({ to: address, value: own - balance })).wait()
    const ioIDs = connectIoIDRegistry(deployment.address('ioIDRegistry'), prover)
    await mined(validators.register(await ioIDs.deviceTokenId(address), COMMISSION))
  }
  if ((await stake.basketOf(address)) === 0n) {
    const allocation = connectAllocation(deployment.address('allocation'), prover)
    if ((await allocation.basketsOf(address)) === 0n) await mined(allocation.openBasket([{ dim, share: WHOLE }], false))
    await mined(stake.commitBasket(await allocation.basketsOf(address)))
  }
  if (!(await validators.servesAt(address, dim, FOREVER))) {
    await mined(validators.opt(dim, true))
    await mined(connectValidatorRegistry(await validators.getAddress(), builder).accept(dim, address, true))
  }
  await delegate(prover, deployment, address, backing.ownWei)
  await delegate(staker, deployment, address, backing.stakedWei)
}

/** Raises the stake of `staker` behind `prover` to `amountWei`. */
async function delegate(staker: Signer, deployment: Deployment, prover: string, amountWei: bigint): Promise<void> {
  const account = await staker.getAddress()
  const vault = connectNativeVault(deployment.address('nativeVault'), staker)
  const basket = await connectDimStake(deployment.address('proverStake'), staker).basketOf(prover)
  const missing = amountWei - (await vault.stakeOf(account, prover, basket))
  // One wei is what rounding costs.
  if (missing <= 1n) return
  await mined(vault.depositNative(account, { value: missing }))
  await mined(vault.delegate(prover, basket, missing))
}

/** Enters a prover that is backed into the fleet. It signs for itself. */
export async function enlistProver(prover: Signer, deployment: Deployment): Promise<void> {
  const fleet = connectFleetManager(deployment.address('fleetManager'), prover)
  if ((await fleet.statusOf(await prover.getAddress())) === 0n)
    await mined(fleet.register({ value: await fleet.registrationFee() }))
}
