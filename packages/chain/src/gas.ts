/**
 * How much gas a transaction is given over its estimate.
 * @module
 */

/** Room for a block's worth of change of what a call reads. */
const MARGIN_PERCENT = 30n
/**
 * Before a call is mined time passes, and it may write storage that it would only have overwritten: a point of a history
 * a second, in two histories and their lengths. 22,100 gas a slot (EIP-2929).
 */
const LATER_GAS = 4n * 22_100n

/** Returns the gas limit of a call by its estimate, which holds for the state and the second it was made in. */
export function gasLimitOf(estimate: bigint): bigint {
  const margin = (estimate * MARGIN_PERCENT) / 100n
  return estimate + (margin > LATER_GAS ? margin : LATER_GAS)
}
