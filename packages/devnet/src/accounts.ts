/**
 * Who does what on a development chain: accounts of Hardhat's published mnemonic, worth nothing anywhere else.
 * @module
 */
import { gasLimitOf } from '@iotex2/chain/gas'
import { HDNodeWallet, type JsonRpcProvider, Mnemonic, NonceManager, type TransactionRequest, Wallet } from 'ethers'
import { DEVELOPMENT_MNEMONIC } from './chain.ts'

/** Index of each role's account. */
const ROLES = { governance: 0, projectOwner: 1, fleetOperator: 2, coordinator1: 3, coordinator2: 4, staker: 5 } as const
export type Role = keyof typeof ROLES

const wallet = (role: Role): HDNodeWallet =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEVELOPMENT_MNEMONIC), `m/44'/60'/0'/0/${ROLES[role]}`)

export const developmentKey = (role: Role): string => wallet(role).privateKey
export const developmentAddress = (role: Role): string => wallet(role).address

class RoomyWallet extends Wallet {
  override async estimateGas(transaction: TransactionRequest): Promise<bigint> {
    return gasLimitOf(await super.estimateGas(transaction))
  }
}

/** Returns a signer that orders its own nonces. One for each role: two would take the same nonces. */
export const developmentSigner = (role: Role, provider: JsonRpcProvider): NonceManager =>
  signerOf(developmentKey(role), provider)

/** The same for a key of a development chain. */
export const signerOf = (privateKey: string, provider: JsonRpcProvider): NonceManager =>
  new NonceManager(new RoomyWallet(privateKey, provider))
