/**
 * What restaked stake costs in gas, on a chain in this process, over what it should not depend on: a slash by the number of
 * the pool's stakers, and a claim of rewards by the number of epochs that were not claimed. Prints one JSON object on the last
 * line of stdout, and the curves above it.
 * @module
 */
import { connectAllocation } from '@iotex2/chain/contracts/Allocation'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectRewards } from '@iotex2/chain/contracts/Rewards'
import { connectSlasher } from '@iotex2/chain/contracts/Slasher'
import { connectValidatorRegistry } from '@iotex2/chain/contracts/ValidatorRegistry'
import { connectWrappedIOTX } from '@iotex2/chain/contracts/WrappedIOTX'
import { CodedError } from '@iotex2/protocol/errors'
import { type Contract, type ContractTransactionResponse, toBeHex, zeroPadValue } from 'ethers'
import { network } from 'hardhat'
import Msp from '../../deploy/modules/Msp.ts'

const DAY_S = 86_400
const IOTX = 10n ** 18n
const STAKE = 10n * IOTX
const STAKERS = [1, 100, 10_000]
const EPOCHS = [1, 10, 200]
/** All of the stake of a basket, in basis points. */
const WHOLE = 10_000
/** What slashes may differ by, in gas. */
const MOST_SPREAD = 500
/** More segments than any claim here has. */
const SEGMENTS = 100

/** Thrown when a figure is not of what it should be of. Code BENCH_FAILED. */
class BenchFailedError extends CodedError {
  constructor(message: string) {
    super('BENCH_FAILED', message)
  }
}

const connection = await network.create()
const { provider } = connection
const [deployer] = await connection.ethers.getSigners()
const request = <T>(method: string, ...params: unknown[]) => provider.request({ method, params }) as Promise<T>

const deployed = await connection.ignition.deploy(Msp, { parameters: { Msp: { minimumBondWei: IOTX } } })
const addressOf = (contract: unknown) => (contract as Contract).getAddress()
const runner = deployer as never
const dims = connectDimRegistry(await addressOf(deployed.dims), runner)
const validators = connectValidatorRegistry(await addressOf(deployed.validators), runner)
const allocation = connectAllocation(await addressOf(deployed.allocation), runner)
const slasher = connectSlasher(await addressOf(deployed.slasher), runner)
const rewards = connectRewards(await addressOf(deployed.rewards), runner)
const vaultAddress = await addressOf(deployed.nativeVault)
const vault = connectNativeVault(vaultAddress, runner)
const wrappedAddress = await vault.asset()
const wrapped = connectWrappedIOTX(wrappedAddress, runner)
const dim = 1n

/* THE CHAIN */

const now = async () =>
  Number((await request<{ timestamp: string }>('eth_getBlockByNumber', 'latest', false)).timestamp)

async function passTo(time: number): Promise<void> {
  await request('evm_setNextBlockTimestamp', time)
  await request('evm_mine')
}

const nextDay = async () => passTo((Math.floor((await now()) / DAY_S) + 1) * DAY_S)

const gasOf = async (sent: Promise<ContractTransactionResponse>): Promise<number> =>
  Number((await (await sent).wait())!.gasUsed)

/** Sends a call of the vault's as `account`, which has no key here, and returns its gas. */
async function sendAs(account: string, to: string, data: string): Promise<number> {
  const hash = await request<string>('eth_sendTransaction', { from: account, to, data, gas: '0x200000' })
  const receipt = await request<{ gasUsed: string; status: string }>('eth_getTransactionReceipt', hash)
  if (receipt.status !== '0x1') throw new BenchFailedError(`A call of ${account} failed.`)
  return Number(receipt.gasUsed)
}

/** Makes an account, without a key, that can pay for gas. */
async function account(number: number): Promise<string> {
  const address = zeroPadValue(toBeHex(0x1_0000_0000 + number), 20)
  await request('hardhat_impersonateAccount', address)
  await request('hardhat_setBalance', address, toBeHex(100n * IOTX).replace(/^0x0+/, '0x'))
  return address
}

/* THE PARTIES */

const deployerAddress = await deployer!.getAddress()
const terms = {
  maximumSlash: WHOLE,
  evidenceAge: 3 * DAY_S,
  vetoWindow: 0,
  executionWindow: DAY_S,
  enforcer: deployerAddress,
  resolver: `0x${'00'.repeat(20)}`,
  beneficiary: deployerAddress,
}
await (await dims.propose(terms, 'ipfs://bench', { value: IOTX })).wait()
await (await dims.admit(dim)).wait()

/** Registers a validator that serves the module, with a basket that is all the module's. Returns it and what the basket cost. */
async function addValidator(number: number): Promise<{ validator: string; allocateGas: number }> {
  const validator = await account(number)
  const registry = await validators.getAddress()
  const call = (name: 'register' | 'opt', args: unknown[]) =>
    sendAs(validator, registry, validators.interface.encodeFunctionData(name, args))
  await call('register', [0, 500])
  await call('opt', [dim, true])
  await (await validators.accept(dim, validator, true)).wait()
  const data = allocation.interface.encodeFunctionData('openBasket', [[{ dim, share: WHOLE }], false])
  return { validator, allocateGas: await sendAs(validator, await allocation.getAddress(), data) }
}

async function stake(staker: string, validator: string): Promise<{ depositGas: number; delegateGas: number }> {
  const depositGas = await gasOf(vault.depositNative(staker, { value: STAKE }))
  const data = vault.interface.encodeFunctionData('delegate', [validator, 1, STAKE])
  return { depositGas, delegateGas: await sendAs(staker, vaultAddress, data) }
}

const pools: string[] = []
let allocateGas = 0
for (const [i] of [...STAKERS, 'claims'].entries()) {
  const added = await addValidator(i)
  pools.push(added.validator)
  allocateGas = added.allocateGas
}
await request('hardhat_setBalance', deployerAddress, `0x${(10n ** 30n).toString(16)}`)

/* SLASHES BY STAKERS */

for (const [i, count] of STAKERS.entries())
  for (let s = 0; s < count; s++) {
    await stake(await account(1_000_000 * (i + 1) + s), pools[i]!)
    if (s % 1000 === 999) process.stderr.write(`${s + 1} of ${count} stakers\n`)
  }
await nextDay()
const offence = (validator: string, captureTime: number, amount: bigint) => ({
  ...{ dim, vault: vaultAddress, validator, basket: 1, captureTime, amount },
})
const slashGas: Record<string, number> = {}
for (const [i, count] of STAKERS.entries()) {
  // The first slash of a pool writes what later ones add to: the second is measured.
  await (await slasher.slash(offence(pools[i]!, await now(), IOTX), '0x')).wait()
  await nextDay()
  slashGas[count] = await gasOf(slasher.slash(offence(pools[i]!, await now(), IOTX), '0x'))
}

const spread = Math.max(...Object.values(slashGas)) - Math.min(...Object.values(slashGas))
// Zeros of the calldata are cheaper: no more than that may differ.
if (spread > MOST_SPREAD) throw new BenchFailedError(`Slashes differ by ${spread} gas: ${JSON.stringify(slashGas)}`)

/* CLAIMS BY EPOCHS */

const claimers = await Promise.all(EPOCHS.map((_, i) => account(9_000_000 + i)))
const pool = pools.at(-1)!
const costs = { depositGas: 0, delegateGas: 0 }
for (const claimer of claimers) {
  await stake(claimer, pool)
  // What a staker pays who is there already.
  await nextDay()
  Object.assign(costs, await stake(claimer, pool))
}
const pot = { dim, vault: vaultAddress, token: wrappedAddress }
await (await wrapped.deposit({ value: 10_000n * IOTX })).wait()
await (await wrapped.approve(await rewards.getAddress(), 10n ** 30n)).wait()
const claimGas: Record<string, number> = {}
for (let epoch = 0; epoch <= Math.max(...EPOCHS); epoch++) {
  const index = EPOCHS.indexOf(epoch)
  if (index >= 0) {
    const position = { validator: pool, basket: 1, generation: 0, staker: claimers[index]! }
    const before = await wrapped.balanceOf(claimers[index]!)
    claimGas[epoch] = await gasOf(rewards.claim(pot, position, SEGMENTS))
    const paid = (await wrapped.balanceOf(claimers[index]!)) - before
    const total = await rewards.totalIn(dim, vaultAddress, Math.floor((await now()) / DAY_S) - 1)
    // Less the validator's 5 %, and roundings.
    const due = (BigInt(epoch) * IOTX * 2n * STAKE * 95n) / (total * 100n)
    if (due - paid > due / 1000n) throw new BenchFailedError(`${epoch} epochs paid ${paid} of ${due} wei.`)
  }
  // At first two: an epoch has to be over before it can be claimed.
  await (await rewards.fund(pot, Math.floor((await now()) / DAY_S) + 1, epoch === 0 ? 2 : 1, IOTX)).wait()
  await nextDay()
  if (epoch === 0) await nextDay()
}

/* EXITS */

const exitData = vault.interface.encodeFunctionData('requestExit', [pool, 1, IOTX])
await sendAs(claimers[0]!, vaultAddress, exitData)
const exitGas = await sendAs(claimers[0]!, vaultAddress, exitData)

const curve = (what: string, values: Record<string, number>): string =>
  Object.entries(values)
    .map(([count, gas]) => `  ${count.padStart(6)} ${what.padEnd(16)} ${String(gas).padStart(8)} gas`)
    .join('\n')
console.log(`slash of a pool of\n${curve('stakers', slashGas)}`)
console.log(`claim after\n${curve('unclaimed epochs', claimGas)}`)
console.log(JSON.stringify({ slashGas, claimGas, ...costs, allocateGas, exitGas }))
