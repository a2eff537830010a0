/**
 * Governance as Ignition deploys it, over the whole system: a vote of locked IOTX changes parameters of any module, and
 * after the handover nobody else does. The deployer gives up its role by the call that deploy/modules/Handover.ts makes:
 * Ignition forgets what it deployed to a chain in memory. The module itself runs in packages/cli/src/gov.test.ts.
 */
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { expect } from 'chai'
import { type Contract, id, parseEther, type Signer, Wallet, ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import AnchorsModule from '../../deploy/modules/Anchors.ts'
import GovernorModule from '../../deploy/modules/Governor.ts'
import IoIDModule from '../../deploy/modules/IoID.ts'
import MspModule from '../../deploy/modules/Msp.ts'
import W3bstreamModule from '../../deploy/modules/W3bstream.ts'

const WEEK = 7 * 24 * 3600
const FOR = 1
const ADMIN = 0n
/** Of a module (IDimRegistry.Status). */
const Status = { Admitted: 2n, Leaving: 3n } as const
const DELAYS = {
  votingDelaySeconds: 3600,
  votingPeriodSeconds: 86_400,
  voteExtensionSeconds: 3600,
  timelockDelaySeconds: 7200,
}

/** Everything in one deployment, as an operator's journal holds it. */
const SystemModule = buildModule('System', (m) => {
  const { fleet, stake, tasks, router } = m.useModule(W3bstreamModule)
  const { store, registry } = m.useModule(IoIDModule)
  const msp = m.useModule(MspModule)
  const { anchors } = m.useModule(AnchorsModule)
  return { fleet, tasks, router, store, registry, stake, anchors, ...msp, ...m.useModule(GovernorModule) }
})

/** The same contract, called by `signer`. */
const as = (signer: Signer, contract: Contract) => contract.connect(signer) as Contract

describe('Governance as deployed', () => {
  let connection: Awaited<ReturnType<typeof network.create>>
  let deployer: Signer
  let voter: Signer
  let stranger: Signer
  let system: Awaited<ReturnType<typeof deploy>>

  const parameters = {
    Governor: { ...DELAYS, proposalThreshold: parseEther('10') },
    Msp: { exitDelaySeconds: 3600, minimumBondWei: parseEther('5') },
  }
  const deploy = () => connection.ignition.deploy(SystemModule, { parameters })
  const now = async () => (await connection.ethers.provider.getBlock('latest'))!.timestamp
  const goTo = async (time: bigint | number) => {
    await connection.provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(time)] })
    await connection.provider.request({ method: 'evm_mine', params: [] })
  }

  before(async () => {
    connection = await network.create()
    ;[deployer, voter, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer, Signer]
    system = await deploy()
    const year = Math.floor(((await now()) + 365 * 24 * 3600) / WEEK) * WEEK
    await as(voter, system.votes).lock!(year, { value: parseEther('100') })
  })

  /** Proposes `calls` as the voter, carries them through, and returns the proposal's id. */
  async function govern(calls: [target: Contract, name: string, args: unknown[]][], description: string) {
    const { governor } = system
    const targets = await Promise.all(calls.map(([target]) => target.getAddress()))
    const data = calls.map(([target, name, args]) => target.interface.encodeFunctionData(name, args))
    const words = [targets, calls.map(() => 0n), data, description] as const
    await as(voter, governor).propose!(...words)
    const proposal: bigint = await governor.getProposalId!(...words.slice(0, 3), id(description))
    await goTo((await governor.proposalSnapshot!(proposal)) + 1n)
    await as(voter, governor).castVote!(proposal, FOR)
    await goTo((await governor.proposalDeadline!(proposal)) + 1n)
    await as(stranger, governor)['queue(uint256)']!(proposal)
    await goTo(await governor.proposalEta!(proposal))
    await as(stranger, governor)['execute(uint256)']!(proposal)
    return proposal
  }

  it('lets the deployer wire and the timelock command, until the handover', async () => {
    const { authority, stake, timelock } = system
    await as(deployer, stake).setPenalty!(5n)
    for (const admin of [deployer, timelock])
      expect((await authority.hasRole!(ADMIN, await admin.getAddress())).isMember).to.equal(true)
    await as(deployer, authority).renounceRole!(ADMIN, await deployer.getAddress())
    expect((await authority.hasRole!(ADMIN, await deployer.getAddress())).isMember).to.equal(false)
    await expect(as(deployer, stake).setPenalty!(6n)).to.be.revertedWithCustomError(stake, 'AccessManagedUnauthorized')
  })

  it('changes the price curve, a key verifier, the fleet and the stake by one vote', async () => {
    const { stake, fleet, governor, registry, store } = system
    const verifier = Wallet.createRandom().address
    const proposal = await govern(
      [
        [store, 'setCurve', [[{ devices: 0, price: 7n }]]],
        [store, 'changeFeeReceiver', [await system.timelock.getAddress()]],
        [registry, 'setKeyVerifier', [9, verifier]],
        [fleet, 'setHeartbeatTimeout', [120]],
        [stake, 'setPenalty', [parseEther('3')]],
      ],
      'Parameters for the spring',
    )
    expect(await governor.state!(proposal)).to.equal(7n)
    await goTo((await now()) + 2 * 24 * 3600)
    expect(await store.price!()).to.equal(7n)
    expect(await store.feeReceiver!()).to.equal(await system.timelock.getAddress())
    expect(await registry.keyVerifier!(9)).to.equal(verifier)
    expect(await stake.penalty!()).to.equal(parseEther('3'))
  })

  it('grants and revokes roles of the authority', async () => {
    const { authority, stake } = system
    const selector = stake.interface.getFunction('setPenalty')!.selector
    const guardian = await stranger.getAddress()
    await govern(
      [
        [authority, 'setTargetFunctionRole', [await stake.getAddress(), [selector], 77n]],
        [authority, 'grantRole', [77n, guardian, 0]],
      ],
      'A guardian for penalties',
    )
    await as(stranger, stake).setPenalty!(4n)
    expect(await stake.penalty!()).to.equal(4n)
    await govern([[authority, 'revokeRole', [77n, guardian]]], 'No guardian')
    await expect(as(stranger, stake).setPenalty!(5n)).to.be.revertedWithCustomError(stake, 'AccessManagedUnauthorized')
  })

  it('upgrades a module, which keeps its state', async () => {
    const { allocation, authority, nativeVault, slasher, stake } = system
    const next = await connection.ethers.deployContract(
      'DimStake',
      [authority, allocation, slasher, nativeVault],
      deployer,
    )
    await govern([[stake, 'upgradeToAndCall', [await next.getAddress(), '0x']]], 'The next stake')
    expect(await stake.penalty!()).to.equal(4n)
  })

  /** A module of the stranger's, whose slashes take half an hour at most. */
  async function proposeDim() {
    const { dims } = system
    const builder = await stranger.getAddress()
    const terms = {
      maximumSlash: 5_000,
      evidenceAge: 600,
      vetoWindow: 600,
      executionWindow: 600,
      enforcer: builder,
      resolver: await system.timelock.getAddress(),
      beneficiary: builder,
    }
    await as(stranger, dims).propose!(terms, 'ipfs://module', { value: parseEther('5') })
    return 1n
  }

  it('admits a module, which validators can serve and its builder anchors for, and no one else does', async () => {
    const { allocation, anchors, dims, validators } = system
    const dim = await proposeDim()
    await expect(as(deployer, dims).admit!(dim)).to.be.revertedWithCustomError(dims, 'AccessManagedUnauthorized')
    await as(voter, validators).register!(0, 500)
    const openBasket = () => as(voter, allocation).openBasket!([{ dim, share: 10_000 }], false)
    await expect(openBasket()).to.be.revertedWithCustomError(allocation, 'AllocationNotAdmitted')

    await govern([[dims, 'admit', [dim]]], 'Admit the first module')
    expect((await dims.dimOf!(dim)).status).to.equal(Status.Admitted)
    await openBasket()
    const terms = [dim, 3600, ZeroAddress] as const
    await as(stranger, anchors).setTerms!(...terms)
    await expect(as(voter, anchors).setTerms!(...terms)).to.be.revertedWithCustomError(anchors, 'AnchorsNotOwner')
  })

  it('sets how long stake takes to leave, and not below the time in which it can be slashed', async () => {
    const { dims, nativeVault } = system
    await govern([[dims, 'setExitDelay', [5400]]], 'An hour and a half')
    expect(await nativeVault.exitDelay!()).to.equal(5400n)
    await expect(govern([[dims, 'setExitDelay', [1800]]], 'Half an hour'))
      .to.be.revertedWithCustomError(dims, 'DimRegistryWindowTooLong')
      .withArgs(1800n, 1800n)
    expect(await dims.exitDelay!()).to.equal(5400n)
  })

  it('removes a module, whose builder has its bond back once nothing can be slashed', async () => {
    const { allocation, dims } = system
    await govern([[dims, 'remove', [1n]]], 'Remove the first module')
    expect((await dims.dimOf!(1n)).status).to.equal(Status.Leaving)
    await expect(as(voter, allocation).openBasket!([{ dim: 1n, share: 1 }], false)).to.be.revertedWithCustomError(
      allocation,
      'AllocationNotAdmitted',
    )
    await expect(as(stranger, dims).release!(1n)).to.be.revertedWithCustomError(dims, 'DimRegistryObliged')
    await goTo((await now()) + 1801)
    await as(stranger, dims).release!(1n)
    await expect(as(stranger, dims).withdrawBond!(1n, stranger)).to.changeEtherBalance(
      connection.ethers,
      stranger,
      parseEther('5'),
    )
  })

  it('is handed over only while stake leaves before what was accepted is executed', async () => {
    const { dims, timelock } = system
    const check = () => connection.ethers.deployContract('ExitBeforeExecution', [timelock, dims], deployer)
    await check()
    await govern([[dims, 'setExitDelay', [DELAYS.timelockDelaySeconds]]], 'Too long')
    await expect(check())
      .to.be.revertedWithCustomError(
        await connection.ethers.getContractFactory('ExitBeforeExecution'),
        'ExitBeforeExecutionRefused',
      )
      .withArgs(7200n, 7200n)
  })

  it('governs the anchors, whose modules have managers of their own', async () => {
    const { anchors, authority, dims } = system
    expect(await anchors.MODULES!()).to.equal(await dims.getAddress())
    expect(await anchors.owner!()).to.equal(await authority.getAddress())
    const next = await connection.ethers.deployContract('Anchors', [authority, dims], deployer)
    const upgrade = as(deployer, anchors).upgradeToAndCall!(next, '0x')
    await expect(upgrade).to.be.revertedWithCustomError(anchors, 'AccessManagedUnauthorized')
  })
})
