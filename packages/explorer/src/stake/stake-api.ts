/**
 * Asks the coordinator of restaked stake.
 * @module
 */
import { get } from '../api/client.ts'
import type { PotPage, SlashPage, StakeAccount, StakeOverview, ValidatorPage } from './types.ts'

/** Rows a page. */
const PAGE = 50
const POTS = 20

const before = (cursor: string | null): string => (cursor === null ? '' : `&before=${encodeURIComponent(cursor)}`)

export const getStake = (signal?: AbortSignal): Promise<StakeOverview> => get('/v1/stake', signal)
export const getValidators = (after: string): Promise<ValidatorPage> =>
  get(`/v1/stake/validators?limit=${PAGE}&after=${encodeURIComponent(after)}`)
export const getSlashes = (cursor: string | null): Promise<SlashPage> =>
  get(`/v1/stake/slashes?limit=${PAGE}${before(cursor)}`)
export const getPots = (cursor: string | null): Promise<PotPage> =>
  get(`/v1/stake/bribes?limit=${POTS}${before(cursor)}`)
export const getAccount = (address: string): Promise<StakeAccount> =>
  get(`/v1/stake/accounts/${encodeURIComponent(address.toLowerCase())}`)
