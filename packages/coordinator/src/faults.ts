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
  'stake:read',
  'stake:stored',
] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

/** Called when a batch reaches a point, or a range of the stake's events: `subject` is the task's id or the last block. */
export type FaultHook = (point: FaultPoint, subject: string) => void

export const noFaults: FaultHook = () => {}
