/**
 * Named points between two statements of the coordinator, where tests end the process. Nothing happens there otherwise.
 * @module
 */
export const FAULT_POINTS = [
  'leased',
  'reserved',
  'assign:mined',
  'assign:stored',
  'proof:verified',
  'proof:stored',
  'settle:before',
  'settle:mined',
  'settle:stored',
  'recall:before',
  'recall:mined',
  'recall:stored',
] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

/** Called when a batch reaches a point. */
export type FaultHook = (point: FaultPoint, taskId: string) => void

export const noFaults: FaultHook = () => {}
