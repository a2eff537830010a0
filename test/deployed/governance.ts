/**
 * Governance as Ignition deploys it, over the whole system: a vote of locked IOTX changes parameters of any module, and
 * after the handover nobody else does. The deployer gives up its role by the call that deploy/modules/Handover.ts makes:
 * Ignition forgets what it deployed to a chain in memory. The module itself runs in packages/cli/src/gov.test.ts.
 */
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'
import { expect } from 'chai'
import { type Contract, id, parseEther, type Signer, Wallet } from 'ethers'
import { network } from 'hardhat'
import AnchorsModule from '../../deploy/modules/Anchors.ts'
import GovernorModule from '../../deploy/modules/Governor.ts'
import IoIDModule from '../../deploy/modules/IoID.ts'
import MspModule from '../../deploy/modules/Msp.ts'
import W3bstreamModule from '../../deploy/modules/W3bstream.ts'

const WEEK = 7 * 24 * 3600
const FOR = 1
const ADMIN = 0n
/** Whoever registers modules. */
const MODULES = Wallet.createRandom().address
const DELAYS = {
  votingDelaySeconds: 3600,
  votingPeriodSeconds: 86_400,
  voteExtensionSeconds: 3600,
  timelockDelaySeconds: 7200,
}

/** Everything in one deployment, as an operator's journal holds it. */
const SystemModule = buildModule('System', (m) => {
  const { fleet, tasks, router } = m.useModule(W3bstreamModule)
  const { store, registry } = m.useModule(IoIDModule)
  const { bond } = m.useModule(MspModule)
  const { anchors } = m.useModule(AnchorsModule)
  return { fleet, tasks, router, store, registry, bond, anchors, ...m.useModule(GovernorModule) }
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
    Anchors: { modules: MODULES },
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
    const { authority, bond, timelock } = system
    await as(deployer, bond).setPenalty!(5n)
    for (const admin of [deployer, timelock])
      expect((await authority.hasRole!(ADMIN, await admin.getAddress())).isMember).to.equal(true)
    await as(deployer, authority).renounceRole!(ADMIN, await deployer.getAddress())
    expect((await authority.hasRole!(ADMIN, await deployer.getAddress())).isMember).to.equal(false)
    await expect(as(deployer, bond).setPenalty!(6n)).to.be.revertedWithCustomError(bond, 'AccessManagedUnauthorized')
  })

  it('changes the price curve, a key verifier, the fleet and the bond by one vote', async () => {
    const { bond, fleet, governor, registry, store } = system
    const verifier = Wallet.createRandom().address
    const proposal = await govern(
      [
        [store, 'setCurve', [[{ devices: 0, price: 7n }]]],
        [store, 'changeFeeReceiver', [await system.timelock.getAddress()]],
        [registry, 'setKeyVerifier', [9, verifier]],
        [fleet, 'setHeartbeatTimeout', [120]],
        [bond, 'setPenalty', [parseEther('3')]],
      ],
      'Parameters for the spring',
    )
    expect(await governor.state!(proposal)).to.equal(7n)
    await goTo((await now()) + 2 * 24 * 3600)
    expect(await store.price!()).to.equal(7n)
    expect(await store.feeReceiver!()).to.equal(await system.timelock.getAddress())
    expect(await registry.keyVerifier!(9)).to.equal(verifier)
    expect(await bond.penalty!()).to.equal(parseEther('3'))
  })

  it('grants and revokes roles of the authority', async () => {
    const { authority, bond } = system
    const selector = bond.interface.getFunction('setPenalty')!.selector
    const guardian = await stranger.getAddress()
    await govern(
      [
        [authority, 'setTargetFunctionRole', [await bond.getAddress(), [selector], 77n]],
        [authority, 'grantRole', [77n, guardian, 0]],
      ],
      'A guardian for penalties',
    )
    await as(stranger, bond).setPenalty!(4n)
    expect(await bond.penalty!()).to.equal(4n)
    await govern([[authority, 'revokeRole', [77n, guardian]]], 'No guardian')
    await expect(as(stranger, bond).setPenalty!(5n)).to.be.revertedWithCustomError(bond, 'AccessManagedUnauthorized')
  })

  it('upgrades a module, which keeps its state', async () => {
    const { authority, bond } = system
    const next = await connection.ethers.deployContract('ProverBond', [authority], deployer)
    await govern([[bond, 'upgradeToAndCall', [await next.getAddress(), '0x']]], 'The next bond')
    expect(await bond.penalty!()).to.equal(4n)
  })

  it('governs the anchors, whose modules have owners of their own', async () => {
    const { anchors, authority } = system
    expect(await anchors.MODULES!()).to.equal(MODULES)
    expect(await anchors.owner!()).to.equal(await authority.getAddress())
    const next = await connection.ethers.deployContract('Anchors', [authority, MODULES], deployer)
    const upgrade = as(deployer, anchors).upgradeToAndCall!(next, '0x')
    await expect(upgrade).to.be.revertedWithCustomError(anchors, 'AccessManagedUnauthorized')
  })
})
