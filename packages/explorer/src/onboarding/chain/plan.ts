/**
 * What is still to be done so that a device is registered: found from the chain alone, so that whatever was interrupted
 * goes on where it stopped. Pure.
 * @module
 */
import type { Project, Tokens } from './identity-chain.ts'

/** The steps, in their order. */
export const PLAN_STEPS = ['ioid', 'nft', 'approval', 'registration'] as const
export type PlanStep = (typeof PLAN_STEPS)[number]

export type Action = 'buy' | 'allow' | 'mint' | 'approve' | 'register'

/** Why nothing can be done by this account. */
export type Blocked = 'no-device-contract' | 'no-device-nft'

export interface PlanState {
  project: Project
  tokens: Tokens
  /** The device NFT to register with. */
  token: bigint | undefined
  approved: boolean
}

export interface Plan {
  done: Record<PlanStep, boolean>
  next: { step: PlanStep; action: Action } | { step: PlanStep; blocked: Blocked }
}

/** Returns how many ioIDs a hardware project can still give to devices. */
export const remaining = ({ applied, activated }: Pick<Project, 'applied' | 'activated'>): bigint => applied - activated

/** Of a device that is not registered yet. */
export function planRegistration({ project, tokens, token, approved }: PlanState): Plan {
  const hasToken = token !== undefined
  const done = {
    ioid: project.type === 'virtual' || remaining(project) > 0n,
    nft: hasToken,
    approval: hasToken && approved,
    registration: false,
  }
  const next = (): Plan['next'] => {
    if (project.deviceContract === null) return { step: 'nft', blocked: 'no-device-contract' }
    // Nothing is paid for a device that could not be registered then.
    if (!hasToken && tokens.allowance === 0n && !tokens.ownsContract) return { step: 'nft', blocked: 'no-device-nft' }
    if (!done.ioid) return { step: 'ioid', action: 'buy' }
    if (!hasToken) return { step: 'nft', action: tokens.allowance > 0n ? 'mint' : 'allow' }
    if (!approved) return { step: 'approval', action: 'approve' }
    return { step: 'registration', action: 'register' }
  }
  return { done, next: next() }
}
