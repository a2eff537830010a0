/**
 * What the commands of restaked stake share: the contracts, and who sends.
 * @module
 */
import { type Allocation, allocationInterface, connectAllocation } from '@iotex2/chain/contracts/Allocation'
import { connectDimRegistry, type DimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectNativeVault, type NativeVault, nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { connectRewards, type Rewards, rewardsInterface } from '@iotex2/chain/contracts/Rewards'
import { connectSlasher, type Slasher, slasherInterface } from '@iotex2/chain/contracts/Slasher'
import { connectValidatorRegistry, type ValidatorRegistry } from '@iotex2/chain/contracts/ValidatorRegistry'
import { connectVaultFactory, type VaultFactory, vaultFactoryInterface } from '@iotex2/chain/contracts/VaultFactory'
import { toHex } from '@iotex2/protocol/hex'
import { type ContractRunner, getAddress, type Interface } from 'ethers'
import { CautiousSigner } from '../cautious-signer.ts'
import type { Context } from '../command.ts'
import { chainTime, namesByAddress } from '../governance.ts'
import { expectKeyFits, type WriteChoice } from '../identity.ts'
import { type Connection, type NetworkChoice, withNetwork } from '../network.ts'
import { openKey } from '../passwords.ts'

export interface Restaking extends Connection {
  dims: DimRegistry
  validators: ValidatorRegistry
  allocation: Allocation
  slasher: Slasher
  rewards: Rewards
  factory: VaultFactory
  nativeVault: NativeVault
  /** What calls are made by. */
  runner: ContractRunner
  /** The time of the last block, in seconds since the epoch, when the command began. */
  now: bigint
}

/** Returns the contracts. Throws DeploymentError where a network has none. */
async function connectRestaking(connection: Connection, runner: ContractRunner): Promise<Restaking> {
  const { deployment } = connection
  return {
    ...connection,
    dims: connectDimRegistry(deployment.address('dimRegistry'), runner),
    validators: connectValidatorRegistry(deployment.address('validatorRegistry'), runner),
    allocation: connectAllocation(deployment.address('allocation'), runner),
    slasher: connectSlasher(deployment.address('slasher'), runner),
    rewards: connectRewards(deployment.address('rewards'), runner),
    factory: connectVaultFactory(deployment.address('vaultFactory'), runner),
    nativeVault: connectNativeVault(deployment.address('nativeVault'), runner),
    runner,
    now: await chainTime(connection),
  }
}

/** Connects to read, and runs `use`. */
export const withRestaking = <T>(
  options: NetworkChoice,
  context: Context,
  use: (restaking: Restaking) => Promise<T>,
): Promise<T> =>
  withNetwork(options, context, async (connection) => use(await connectRestaking(connection, connection.provider)))

export interface Restaker extends Restaking {
  signer: CautiousSigner
  /** The sender's address. */
  account: string
  /** Tells the signer what a contract is that no address book names: a vault, a token. */
  introduce(address: string, name: string, contract: Interface): void
}

/** Opens the sender's key and the chain, and runs `use`. */
export async function withRestaker<T>(
  options: WriteChoice,
  context: Context,
  use: (restaker: Restaker) => Promise<T>,
): Promise<T> {
  return withNetwork(options, context, async (connection) => {
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openKey(options.keystore, sources, context)
    expectKeyFits(key, connection.chainId, options.keystore)
    const { deployment } = connection
    const names = new Map<string, { name: string; interface: Interface }>(namesByAddress(deployment))
    const introduce = (address: string, name: string, contract: Interface): void => {
      names.set(address.toLowerCase(), { name, interface: contract })
    }
    introduce(deployment.address('allocation'), 'Allocation', allocationInterface)
    introduce(deployment.address('slasher'), 'Slasher', slasherInterface)
    introduce(deployment.address('rewards'), 'Rewards', rewardsInterface)
    introduce(deployment.address('vaultFactory'), 'VaultFactory', vaultFactoryInterface)
    introduce(deployment.address('nativeVault'), 'NativeVault', nativeVaultInterface)
    const signer = new CautiousSigner({
      provider: connection.provider,
      privateKey: toHex(key.exportSecret()),
      context,
      yes: options.yes,
      names,
      pollIntervalMs: 250,
    })
    const restaking = await connectRestaking(connection, signer)
    return use({ ...restaking, signer, account: await signer.getAddress(), introduce })
  })
}

/** Returns an address as a user wrote it, checksummed. */
export const toAddress = (given: string): string => getAddress(given.toLowerCase())
