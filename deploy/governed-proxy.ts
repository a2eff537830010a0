/**
 * How every module of the system is deployed: a `Governed` implementation behind an ERC-1967 proxy.
 * @module
 */
import type {
  ArgumentType,
  CallableContractFuture,
  IgnitionModuleBuilder,
  NamedArtifactContractAtFuture,
} from '@nomicfoundation/ignition-core'

/** A contract of this deployment, or one that was there before. */
export type Deployed = CallableContractFuture<string>

/**
 * Deploys `contract` with the authority and its `immutables` as constructor arguments, and a proxy that calls
 * `initialize(...args)` in its constructor, so that no one else can. Returns the contract at the proxy.
 */
export function governedProxy<Name extends string>(
  m: IgnitionModuleBuilder,
  contract: Name,
  authority: Deployed,
  args: ArgumentType[],
  immutables: ArgumentType[] = [],
): NamedArtifactContractAtFuture<Name> {
  const implementation = m.contract(contract, [authority, ...immutables], { id: `${contract}Implementation` })
  const initialize = m.encodeFunctionCall(implementation, 'initialize', args, { id: `${contract}Initialize` })
  const proxy = m.contract('ERC1967Proxy', [implementation, initialize], { id: `${contract}Proxy` })
  return m.contractAt(contract, proxy, { id: contract })
}
