/**
 * Restaked buckets as Ignition deploys them, over doubles of both system staking contracts: a bucket of each is staked, delegated
 * and slashed by a module of the registry; one staker pays and takes its bucket back, the other's is unstaked for what it owes.
 */
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { expect } from 'chai'
import { type Contract, parseEther, type Signer, toBeHex, ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import BucketsModule from '../../deploy/modules/Buckets.ts'
import MspModule from '../../deploy/modules/Msp.ts'
import WrappedIotxModule from '../../deploy/modules/WrappedIotx.ts'

const DAY = 24 * 3600
/** The L1's, in which version 2 counts. */
const BLOCK_SECONDS = 5
const DIM = 1n
const BASKET = 1n
const AMOUNT = parseEther('1000')
const SLASH = parseEther('400')

/** All modules in one deployment, as an operator's journal holds them. */
const SystemModule = buildModule('System', (m) => ({
  ...m.useModule(MspModule),
  ...m.useModule(WrappedIotxModule),
  ...m.useModule(BucketsModule),
}))

/** The same contract, called by `signer`. */
const as = (signer: Signer, contract: Contract) => contract.connect(signer) as Contract

describe('Restaked buckets as deployed', () => {
  let connection: Awaited<ReturnType<typeof network.create>>
  let builder: Signer
  let validator: Signer
  let payer: Signer
  let debtor: Signer
  let victim: Signer
  let v2: Contract
  let v3: Contract
  let system: Awaited<ReturnType<typeof deploy>>

  const deploy = async () =>
    connection.ignition.deploy(SystemModule, {
      parameters: {
        Msp: { exitDelaySeconds: 7 * DAY, minimumBondWei: 0n },
        Buckets: { systemStakingV2: await v2.getAddress(), systemStakingV3: await v3.getAddress() },
      },
    })
  const doubleOf = async (inSeconds: boolean) =>
    (await connection.ethers.deployContract('SystemStaking', [inSeconds])) as unknown as Contract
  const now = async () => (await connection.ethers.provider.getBlock('latest'))!.timestamp
  /** Mines the blocks of so many seconds, as the L1 does: the first one comes at once. */
  const pass = (seconds: number) =>
    connection.provider.request({
      method: 'hardhat_mine',
      params: [toBeHex(Math.ceil(seconds / BLOCK_SECONDS) + 1), toBeHex(BLOCK_SECONDS)],
    })

  before(async () => {
    connection = await network.create()
    ;[, builder, validator, payer, debtor, victim] = (await connection.ethers.getSigners()) as unknown as [
      Signer,
      Signer,
      Signer,
      Signer,
      Signer,
      Signer,
    ]
    ;[v2, v3] = [await doubleOf(false), await doubleOf(true)]
    system = await deploy()
    const { dims, validators, allocation } = system
    const enforcer = await builder.getAddress()
    const terms = [5_000n, 3n * BigInt(DAY), 0n, BigInt(DAY), enforcer, ZeroAddress, await victim.getAddress()]
    await as(builder, dims).propose!(terms, 'ipfs://dim')
    await dims.admit!(DIM)
    await as(validator, validators).register!(0n, 0n)
    await as(validator, validators).opt!(DIM, true)
    await as(builder, validators).accept!(DIM, validator, true)
    await as(validator, allocation).openBasket!([[DIM, 10_000n]], false)
  })

  /** Stakes a bucket, locked for a day, restakes it and delegates all of it. Returns its id. */
  async function restake(staker: Signer, staking: Contract, vault: Contract): Promise<bigint> {
    const day: bigint = await staking.day!()
    await as(staker, staking).stake!(day, await validator.getAddress(), { value: AMOUNT })
    const id = 1n
    await as(staker, staking).approve!(vault, id)
    await as(staker, vault).depositBucket!(id)
    await as(staker, vault).delegate!(validator, BASKET, AMOUNT)
    expect(await staking.ownerOf!(id)).to.equal(await vault.escrowOf!(staker))
    return id
  }

  async function slash(vault: Contract): Promise<void> {
    const captured = (await now()) - 60
    await as(builder, system.slasher).slash!([DIM, vault, validator, BASKET, captured, SLASH], '0x01')
  }

  it('wires both vaults to system staking, the wrapped coin and the slasher', async () => {
    const { bucketsV2, bucketsV3, slasher, wrapped } = system
    expect(await bucketsV2.staking!()).to.equal(await v2.getAddress())
    expect(await bucketsV3.staking!()).to.equal(await v3.getAddress())
    expect(await bucketsV2.getAddress()).not.to.equal(await bucketsV3.getAddress())
    await expect(as(payer, bucketsV2).slash!(validator, BASKET, 1n, payer))
      .to.be.revertedWithCustomError(bucketsV2, 'VaultNotSlasher')
      .withArgs(await payer.getAddress())
    expect(await wrapped.symbol!()).to.equal('WIOTX')
    expect(await slasher.requests!()).to.equal(0n)
  })

  it('a bucket of V3: slashed, paid, and taken back', async () => {
    const vault = system.bucketsV3 as unknown as Contract
    const id = await restake(payer, v3, vault)
    await pass(2 * DAY)
    await slash(vault)
    await vault.realise!(payer, validator, BASKET, 0n)
    const debt: bigint = await vault.debtOf!(payer)
    expect(debt).to.be.within(SLASH, SLASH + 2n)
    await as(payer, vault).pay!(payer, { value: debt })
    const shares: bigint = await vault.sharesOf!(payer, validator, BASKET)
    await as(payer, vault).requestExit!(validator, BASKET, shares)
    await pass(7 * DAY)
    await vault.claim!(1n)
    const lacks: bigint = AMOUNT - (await vault.balanceOf!(payer))
    await as(payer, vault).withdrawBucket!(id, payer, { value: lacks })
    expect(await v3.ownerOf!(id)).to.equal(await payer.getAddress())
    expect((await v3.bucketOf!(id))[0]).to.equal(AMOUNT)
    await vault.collect!(victim)
    expect(await system.wrapped.balanceOf!(victim)).to.equal(SLASH)
  })

  it('a bucket of V2: slashed, not paid, and unstaked for it after its blocks', async () => {
    const vault = system.bucketsV2 as unknown as Contract
    const id = await restake(debtor, v2, vault)
    await pass(2 * DAY)
    await slash(vault)
    await vault.realise!(debtor, validator, BASKET, 0n)
    const debt: bigint = await vault.debtOf!(debtor)
    await expect(vault.unlock!(id)).to.be.revertedWithCustomError(vault, 'BucketVaultNotOverdue')
    await pass(7 * DAY + BLOCK_SECONDS)
    await vault.seize!(debtor, validator, BASKET)
    await vault.unlock!(id)
    await expect(vault.unstake!(id)).to.be.revertedWithCustomError(v2, 'TooEarly')
    await pass(DAY)
    await vault.unstake!(id)
    await pass(7 * DAY)
    await vault.claim!(1n)
    await vault.redeem!(id)
    expect(await vault.debtOf!(debtor)).to.equal(0n)
    const left: bigint = await vault.balanceOf!(debtor)
    expect(left).to.be.within(AMOUNT - debt - 2n, AMOUNT - debt)
    const before = await connection.ethers.provider.getBalance(validator)
    await as(debtor, vault).withdraw!(left, validator)
    expect((await connection.ethers.provider.getBalance(validator)) - before).to.equal(left)
    const paid: bigint = await system.wrapped.balanceOf!(victim)
    await vault.collect!(victim)
    expect((await system.wrapped.balanceOf!(victim)) - paid).to.equal(SLASH)
    expect(await connection.ethers.provider.getBalance(vault)).to.be.lessThan(4n)
  })
})
