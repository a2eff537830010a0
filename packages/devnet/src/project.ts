/**
 * What project owners and governance do once on chain so that a project's readings can be proven and rewarded.
 * Each step looks first, so that an interrupted setup is run again.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectFleetManager } from '@iotex2/chain/contracts/FleetManager'
import { connectProjectRegistrar } from '@iotex2/chain/contracts/ProjectRegistrar'
import { connectProverBond } from '@iotex2/chain/contracts/ProverBond'
import { connectW3bstreamDebits } from '@iotex2/chain/contracts/W3bstreamDebits'
import { connectW3bstreamProject } from '@iotex2/chain/contracts/W3bstreamProject'
import { connectW3bstreamProjectReward } from '@iotex2/chain/contracts/W3bstreamProjectReward'
import { connectW3bstreamRouter } from '@iotex2/chain/contracts/W3bstreamRouter'
import { connectW3bstreamTaskManager } from '@iotex2/chain/contracts/W3bstreamTaskManager'
import { connectWrappedIOTX } from '@iotex2/chain/contracts/WrappedIOTX'
import type { Deployment } from '@iotex2/chain/deployment'
import { BATCH_VM_TYPE } from '@iotex2/protocol/batch'
import { type Hex, toHex32 } from '@iotex2/protocol/hex'
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

/** Bonds a prover, gives it coins for gas, and enters it into the fleet. `prover` signs for itself. */
export async function enrollProver(
  operator: Signer,
  prover: Signer,
  deployment: Deployment,
  bondWei: bigint,
): Promise<void> {
  const address = (await prover.getAddress()) as Hex
  const gas = 10n ** 19n
  const balance = await operator.provider!.getBalance(address)
  if (balance < gas) await (await operator.sendTransaction({ to: address, value: gas - balance })).wait()
  const bond = connectProverBond(deployment.address('proverStake'), operator)
  const missing = bondWei - (await bond.stakeOf(address))
  if (missing > 0n) await mined(bond.deposit(address, { value: missing }))
  const fleet = connectFleetManager(deployment.address('fleetManager'), prover)
  if ((await fleet.statusOf(address)) === 0n) await mined(fleet.register({ value: await fleet.registrationFee() }))
}
