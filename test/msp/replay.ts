/**
 * What histories are made of that are replayed on the contracts and in an exact model.
 * @module
 */
import { expect } from 'chai'
import { type Contract, id, type Signer, ZeroAddress } from 'ethers'
import type { network } from 'hardhat'
import { atMost, minus, type Rational, ratio, ZERO } from './msp-model.ts'

export type Connection = Awaited<ReturnType<typeof network.create>>

export const HOUR = 3_600n

/** Whole numbers from a seed: keccak256 in counter mode. */
export function randomFrom(seed: string): (below: bigint) => bigint {
  let counter = 0
  return (below) => BigInt(id(`${seed} ${counter++}`)) % below
}

/** Throws unless `actual` is `exact`, but for `slack`. */
export function expectNear(actual: bigint, exact: Rational, slack: Rational, what: string): void {
  const off = minus(ratio(actual), exact)
  const distance = off.numerator < 0n ? minus(ZERO, off) : off
  const shown = `${what}: ${actual} is not ${exact.numerator / exact.denominator} but for ${slack.numerator / slack.denominator}`
  expect(atMost(distance, slack), shown).to.equal(true)
}

/** Deploys restaked stake but for its vaults, whose slasher is `slasher`, and two admitted DIMs. */
export async function deployStake({ ethers }: Connection, owner: Signer, slasher: string) {
  const deployContract = async (name: string, args: unknown[] = []) =>
    (await ethers.deployContract(name, args)) as unknown as Contract
  const proxyOf = async (name: string, args: unknown[], initial: unknown[]) => {
    const implementation = await deployContract(name, args)
    const data = implementation.interface.encodeFunctionData('initialize', initial)
    const proxy = await deployContract('ERC1967Proxy', [await implementation.getAddress(), data])
    return (await ethers.getContractAt(name, await proxy.getAddress())) as unknown as Contract
  }
  const authority = await deployContract('AccessManager', [await owner.getAddress()])
  const dims = await proxyOf('DimRegistry', [authority], [0n, 7n * 24n * HOUR])
  const validators = await proxyOf('ValidatorRegistry', [authority, dims, ZeroAddress], [])
  const allocation = await deployContract('Allocation', [dims, validators])
  const rewards = await deployContract('Rewards', [allocation, dims, validators])
  const asset = await deployContract('WrappedIOTX')
  for (const dim of [1n, 2n]) {
    const terms = [1_000n, HOUR, 0n, HOUR, slasher, ZeroAddress, slasher]
    await dims.propose!(terms, 'ipfs://dim')
    await dims.admit!(dim)
  }
  return { deployContract, dims, validators, allocation, rewards, asset }
}
