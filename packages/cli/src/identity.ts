/**
 * What the commands of projects and ioIDs share: who pays, on which chain, with which contracts.
 * @module
 */
import { credentialRegistryInterface } from '@iotex2/chain/contracts/CredentialRegistry'
import { connectIoID, type IoID, ioIDInterface } from '@iotex2/chain/contracts/IoID'
import { connectIoIDRegistry, type IoIDRegistry, ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { connectIoIDStore, type IoIDStore, ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { connectProject, type Project, projectInterface } from '@iotex2/chain/contracts/Project'
import { projectRegistryInterface } from '@iotex2/chain/contracts/ProjectRegistry'
import { DeploymentError } from '@iotex2/chain/deployment'
import { ChainLedger } from '@iotex2/identity/credentials/ledger'
import { Onboarder, type RegisteredDevice } from '@iotex2/identity/onboard'
import { CodedError } from '@iotex2/protocol/errors'
import { toHex } from '@iotex2/protocol/hex'
import type { ContractRunner, Interface } from 'ethers'
import { Type } from 'typebox'
import { CautiousSigner } from './cautious-signer.ts'
import { type Context, file, flag, text } from './command.ts'
import { type Connection, type NetworkChoice, networkOptions, withNetwork } from './network.ts'
import { openKey } from './passwords.ts'

/**
 * Thrown when the chain is not as a command needs it, before anything is sent. Codes PROJECT_UNKNOWN,
 * PROJECT_NOT_OWNED, DEVICE_UNKNOWN, DEVICE_NOT_OWNED, PRICE_TOO_HIGH, DEVELOPMENT_KEY_REFUSED, GRANT_ELSEWHERE.
 */
export class IdentityError extends CodedError {
  constructor(
    code:
      | 'PROJECT_UNKNOWN'
      | 'PROJECT_NOT_OWNED'
      | 'DEVICE_UNKNOWN'
      | 'DEVICE_NOT_OWNED'
      | 'PRICE_TOO_HIGH'
      | 'DEVELOPMENT_KEY_REFUSED'
      | 'GRANT_ELSEWHERE',
    message: string,
  ) {
    super(code, message)
  }
}

const DEVELOPMENT_CHAIN_ID = 31337n

/** Options of commands that send transactions. */
export const writeOptions = {
  ...networkOptions,
  keystore: file('The keystore of whoever sends and pays, made by `ioid keygen` or by a wallet.'),
  passwordFile: Type.Optional(
    file('A file whose first line opens it. IOTEX2_PASSWORD in the environment does too; otherwise you are asked.'),
  ),
  yes: flag('Send without asking. Where nobody is at a terminal nothing is sent without it.'),
}

/** Options that open a device's key. */
export const deviceOptions = {
  devicePasswordFile: Type.Optional(
    file("A file whose first line opens the device's key. IOTEX2_DEVICE_PASSWORD does too; otherwise you are asked."),
  ),
}

export const projectOperand = text('ID', 'The id of the project.', { pattern: '^[0-9]{1,77}$' })
export const address = (description: string) => text('ADDRESS', description, { pattern: '^0x[0-9a-fA-F]{40}$' })

/** What every paragraph of help on sending says. */
export const SENDS =
  'Before each transaction it says what it does and costs, and asks. Run again after an interruption: it goes on where it stopped.'

export interface WriteChoice extends NetworkChoice {
  keystore: string
  passwordFile?: string
  yes: boolean
}

export interface Contracts {
  project: Project
  store: IoIDStore
  registry: IoIDRegistry
  ioID: IoID
}

export interface Writer extends Connection {
  signer: CautiousSigner
  contracts: Contracts
  onboarder: Onboarder
}

/** Returns the contracts of a deployment. */
export const connectContracts = ({ deployment }: Connection, runner: ContractRunner): Contracts => ({
  project: connectProject(deployment.address('project'), runner),
  store: connectIoIDStore(deployment.address('ioIDStore'), runner),
  registry: connectIoIDRegistry(deployment.address('ioIDRegistry'), runner),
  ioID: connectIoID(deployment.address('ioID'), runner),
})

/** Opens the sender's key and the chain, and runs `use`. */
export async function withWriter<T>(
  options: WriteChoice,
  context: Context,
  use: (writer: Writer) => Promise<T>,
): Promise<T> {
  return withNetwork(options, context, async (connection) => {
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openKey(options.keystore, sources, context)
    expectKeyFits(key, connection.chainId, options.keystore)
    const { provider, deployment, fromBlock } = connection
    const named = [
      ['project', 'Project', projectInterface],
      ['projectRegistry', 'ProjectRegistry', projectRegistryInterface],
      ['ioIDStore', 'IoIDStore', ioIDStoreInterface],
      ['ioIDRegistry', 'IoIDRegistry', ioIDRegistryInterface],
      ['ioID', 'IoID', ioIDInterface],
    ] as const
    const names = new Map<string, { name: string; interface: Interface }>(
      named.map(([id, name, contract]) => [deployment.address(id).toLowerCase(), { name, interface: contract }]),
    )
    const credentials = await openLedger(connection)?.registry.getAddress()
    if (credentials !== undefined)
      names.set(credentials.toLowerCase(), { name: 'CredentialRegistry', interface: credentialRegistryInterface })
    const signer = new CautiousSigner({
      provider,
      privateKey: toHex(key.exportSecret()),
      context,
      yes: options.yes,
      names,
      pollIntervalMs: 250,
    })
    const addresses = {
      projectRegistry: deployment.address('projectRegistry'),
      ioIDRegistry: deployment.address('ioIDRegistry'),
    }
    return use({
      ...connection,
      signer,
      contracts: connectContracts(connection, signer),
      onboarder: new Onboarder({ addresses, signer, fromBlock }),
    })
  })
}

/** Throws {@link IdentityError} where a key that lies open on disk would be used on a chain that matters. */
export function expectKeyFits(key: { development: boolean }, chainId: bigint, path: string): void {
  if (key.development && chainId !== DEVELOPMENT_CHAIN_ID)
    throw new IdentityError(
      'DEVELOPMENT_KEY_REFUSED',
      `${path} is not encrypted, which chain ${chainId} does not get: make a keystore with iotex2 ioid keygen.`,
    )
}

/** Throws {@link IdentityError} where there is no such project, or where it is not `owner`'s. */
export async function expectProject(project: Project, id: bigint, owner?: string): Promise<string> {
  if (id === 0n || id > (await project.count()))
    throw new IdentityError('PROJECT_UNKNOWN', `There is no project ${id} here.`)
  const actual = await project.ownerOf(id)
  if (owner !== undefined && actual.toLowerCase() !== owner.toLowerCase())
    throw new IdentityError('PROJECT_NOT_OWNED', `Project ${id} is ${actual}'s, and the keystore is of ${owner}.`)
  return actual
}

/** Throws {@link IdentityError} where a device is not the sender's. */
export async function expectOwnDevice({ did, owner }: RegisteredDevice, signer: CautiousSigner): Promise<void> {
  const own = await signer.getAddress()
  if (owner !== own.toLowerCase())
    throw new IdentityError('DEVICE_NOT_OWNED', `${did} is ${owner}'s, and the keystore is of ${own}.`)
}

/**
 * Returns where credentials are on chain; undefined where the address book has no such contract, as on a network that was
 * deployed before there were any.
 */
export function openLedger({ deployment, provider }: Connection): ChainLedger | undefined {
  try {
    return new ChainLedger(deployment.address('credentialRegistry'), provider)
  } catch (error) {
    if (error instanceof DeploymentError) return undefined
    throw error
  }
}

/** As {@link openLedger}. Throws DeploymentError where there is none. */
export const expectLedger = ({ deployment, provider }: Connection): ChainLedger =>
  new ChainLedger(deployment.address('credentialRegistry'), provider)
