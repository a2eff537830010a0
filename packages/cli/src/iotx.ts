/**
 * Amounts as people write them: IOTX with up to 18 decimals.
 * @module
 */
import { parseEther } from 'ethers'
import { text } from './command.ts'

export const iotx = (description: string) => text('IOTX', description, { pattern: '^[0-9]{1,12}(\\.[0-9]{1,18})?$' })

/** Returns wei. */
export const toWei = (amount: string): bigint => parseEther(amount)
