/**
 * What the identity contracts' errors mean to an owner.
 * @module
 */
import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { projectInterface } from '@iotex2/chain/contracts/Project'

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

/** Returns a sentence for what a contract reverted with, which names the contract's own error. */
export function explainRevert(data: string | undefined): string {
  const name = data === undefined ? undefined : errorName(data)
  if (name === undefined) return 'A contract refuses it, and gives no reason.'
  return MEANINGS[name] === undefined ? `A contract refuses it: ${name}.` : `${MEANINGS[name]} (${name})`
}

/** Bytes of an error's selector, in hexadecimal with 0x. */
const SELECTOR_LENGTH = 10

function errorName(data: string): string | undefined {
  if (data.length < SELECTOR_LENGTH) return undefined
  for (const contract of INTERFACES) {
    const error = contract.parseError(data)
    if (error) return error.name
  }
  return undefined
}
