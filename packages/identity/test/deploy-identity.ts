/**
 * Deploys the identity contracts to a running node by their Ignition module.
 *
 * In a process of its own: connecting Hardhat puts its matchers on chai, which vitest's `rejects` then is not.
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { config, network } from 'hardhat'

export interface IdentityContracts {
  projectRegistry: string
  registry: string
  store: string
  deviceNFT: string
  credentials: string
  ed25519: string
}

/** Thrown when the deployment fails; its reason is on stderr. Code DEPLOY_FAILED. */
class DeployFailedError extends CodedError {
  constructor(code: unknown) {
    super('DEPLOY_FAILED', `The deployment of the identity contracts ended with ${String(code)}.`)
  }
}

/** Returns the addresses of a new deployment on the node at `url`. */
export async function deployIdentity(url: string, priceWei: bigint): Promise<IdentityContracts> {
  const child = fork(import.meta.filename, [url, String(priceWei)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const deployed = once(child, 'message') as Promise<[IdentityContracts]>
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new DeployFailedError(code)))
  const [contracts] = await Promise.race([deployed, ended])
  await ended.catch(() => undefined)
  return contracts
}

if (import.meta.main) {
  const { default: IoID } = await import('../../../deploy/modules/IoID.ts')
  const [url, priceWei] = process.argv.slice(2)
  const connection = await network.create({ network: 'local', override: { url: url! } })
  // Ignition would go on with an earlier deployment to a chain of this id.
  const deploymentId = `identity-test-${process.pid}`
  const parameters = { IoID: { priceWei: BigInt(priceWei!) } }
  const deployed = await connection.ignition.deploy(IoID, { deploymentId, parameters })
  await rm(join(config.paths.ignition, 'deployments', deploymentId), { recursive: true })
  const entries = await Promise.all(
    Object.entries(deployed).map(async ([name, contract]) => [name, await contract.getAddress()]),
  )
  process.send!(Object.fromEntries(entries), () => process.exit())
}
