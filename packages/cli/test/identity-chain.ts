/**
 * A chain with the identity contracts, and the address book of their deployment.
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { CONTRACT_IDS } from '@iotex2/chain/deployment'
import { type ChainNode, type ChainNodeOptions, startChain } from '../../../test/chain-node.ts'
import { deployIdentity } from '../../identity/test/deploy-identity.ts'

/** Starts a chain, deploys, and writes the address book as Ignition writes it. */
export async function startIdentityChain(
  addressBook: string,
  priceWei: bigint,
  options: ChainNodeOptions = {},
): Promise<ChainNode> {
  const chain = await startChain(options)
  const deployed = (await deployIdentity(chain.url, priceWei)) as unknown as Record<string, string>
  const book = {
    [CONTRACT_IDS.project]: deployed.project,
    [CONTRACT_IDS.projectRegistry]: deployed.projectRegistry,
    [CONTRACT_IDS.ioIDStore]: deployed.store,
    [CONTRACT_IDS.ioID]: deployed.ioID,
    [CONTRACT_IDS.ioIDRegistry]: deployed.registry,
    [CONTRACT_IDS.deviceNftImplementation]: deployed.deviceNFT,
    [CONTRACT_IDS.credentialRegistry]: deployed.credentials,
  }
  await writeFile(addressBook, JSON.stringify(book))
  return chain
}
