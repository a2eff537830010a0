/**
 * What the identity contracts' errors mean to an owner.
 * @module
 */
import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { projectInterface } from '@iotex2/chain/contracts/Project'
import { explainer } from './explain.ts'

const INTERFACES = [ioIDRegistryInterface, ioIDStoreInterface, deviceNFTInterface, projectInterface]

const MEANINGS: Record<string, string> = {
  IoIDRegistryDeviceExists: 'This device is registered already.',
  IoIDRegistryInvalidPermit: 'The device’s consent does not fit what is registered: let it sign again.',
  IoIDRegistryPermitExpired: 'The device’s consent has expired: let it sign again.',
  IoIDRegistryUnknownKeyType: 'This network has nobody who verifies keys of the device’s kind.',
  IoIDRegistryNFTUsed: 'This device NFT belongs to another device already.',
  IoIDRegistryUnknownContract: 'The device NFT’s contract belongs to no project.',
  IoIDStoreFeeTooHigh: 'The price has risen above the maximum that you accept.',
  IoIDStoreFeeTooLow: 'The price has risen: look at it again.',
  IoIDStoreNoneLeft: 'The project has no ioID left: buy one first.',
  IoIDStoreNotHardware: 'Devices of a virtual project pay as they register: there is nothing to buy.',
  IoIDStoreNotProjectOwner: 'Only the project’s owner can do this.',
  IoIDStoreProjectHasContract: 'The project has a device NFT contract already.',
  IoIDStoreContractTaken: 'This device NFT contract belongs to another project.',
  DeviceNFTNotMinter: 'This account may not mint device NFTs of the project.',
  DeviceNFTNoAllowance: 'This account has minted all the device NFTs that it may.',
  ProjectNameTaken: 'Another project has this name.',
}

export const explainRevert = explainer(INTERFACES, MEANINGS)
