/**
 * A project that devices can be registered to.
 * @module
 */
import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import type { NonceManager } from 'ethers'
import { deployArtifact } from '../../../test/artifact.ts'
import { Onboarder } from '../src/onboard.ts'
import type { IdentityContracts } from './deploy-identity.ts'

/** Registers a project of the signer's with a device NFT contract of its own. */
export async function onboardProject(
  contracts: Pick<IdentityContracts, 'projectRegistry' | 'registry' | 'deviceNFT'>,
  signer: NonceManager,
  name: string,
): Promise<{ onboarder: Onboarder; projectId: bigint }> {
  const { projectRegistry, registry, deviceNFT } = contracts
  const onboarder = new Onboarder({ addresses: { projectRegistry, ioIDRegistry: registry }, signer })
  const projectId = await onboarder.ensureProject(name)
  const initialize = deviceNFTInterface.encodeFunctionData('initialize', ['Device', 'DEV'])
  await onboarder.ensureDeviceContract(projectId, () => deployArtifact('ERC1967Proxy', signer, deviceNFT, initialize))
  return { onboarder, projectId }
}
