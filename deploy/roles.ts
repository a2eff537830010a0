/**
 * The authority's roles, and how a module gives one of its functions to another module.
 * @module
 */
import type { CallableContractFuture, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core'
import { id } from 'ethers'
import type { Deployed } from './governed-proxy.ts'

/** Ids of roles. 0 is the authority's admin. Never reuse one. */
export const ROLES = {
  /** Settles tasks whose proof it has verified: the router. */
  ROUTER: 1n,
  /** Takes the stake of provers that missed a task: the task manager. */
  SLASHER: 2n,
} as const

/** Lets `holder`, by `role`, call the function `signature` of `target`, without delay. */
export function permit(
  m: IgnitionModuleBuilder,
  authority: CallableContractFuture<string>,
  role: keyof typeof ROLES,
  target: Deployed,
  signature: string,
  holder: Deployed,
): void {
  const selector = id(signature).slice(0, 10)
  m.call(authority, 'labelRole', [ROLES[role], role], { id: `label_${role}` })
  m.call(authority, 'setTargetFunctionRole', [target, [selector], ROLES[role]], { id: `permit_${role}` })
  m.call(authority, 'grantRole', [ROLES[role], holder, 0], { id: `grant_${role}` })
}
