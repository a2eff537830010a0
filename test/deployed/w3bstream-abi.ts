/**
 * The W3bstream contracts keep the selectors, results and events of the official ones, which existing clients call.
 * The list in test/vectors/w3bstream-abi.json was written down from the official contracts, without what is absent on
 * purpose:
 *
 * - W3bstreamTaskManager.settle carries no proof: only the router settles.
 * - W3bstreamProver.initialize: FleetManager is that contract and FleetManagement in one, and has the latter's.
 *   Its register() has the same selector there, takes a fee and returns the prover's id.
 * - FleetManagement: credits (grant, creditCenter) are not issued; the prover store is the contract itself; who slashes
 *   is a role of the authority; nothing in it counts epochs.
 * - W3bstreamProjectReward.operator had nothing to operate.
 */
import { expect } from 'chai'
import { Interface, id } from 'ethers'
import { artifacts } from 'hardhat'
import { itKeeps } from '../fixtures/official-abi.ts'
import official from '../vectors/w3bstream-abi.json' with { type: 'json' }

/** Contracts of ours that go by another name. */
const OURS: Readonly<Record<string, string>> = { FleetManagement: 'FleetManager', W3bstreamProver: 'FleetManager' }

describe('The official ABI of the W3bstream contracts', () => {
  for (const [contract, members] of Object.entries(official)) {
    describe(contract, () => itKeeps(OURS[contract] ?? contract, members))
  }

  it('has no way to settle without a proof', async () => {
    const { abi } = await artifacts.readArtifact('W3bstreamTaskManager')
    expect(new Interface(abi).getFunction(id('settle(uint256,bytes32,address)').slice(0, 10))).to.equal(null)
  })
})
