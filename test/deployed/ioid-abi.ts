/**
 * The identity contracts keep every selector, result and event of the official ones, which existing clients call.
 * The list in test/vectors/ioid-abi.json was written down from the official contracts.
 */
import { itKeeps } from '../fixtures/official-abi.ts'
import official from '../vectors/ioid-abi.json' with { type: 'json' }

describe('The official ABI of the identity contracts', () => {
  for (const [contract, members] of Object.entries(official)) describe(contract, () => itKeeps(contract, members))
})
