/**
 * The identity contracts keep every selector, result, event and constructor of the official ones, which existing clients
 * call. The list in test/vectors/ioid-abi.json was written down from the official contracts, and nothing of it is left out.
 */
import { itKeeps } from '../fixtures/official-abi.ts'
import official from '../vectors/ioid-abi.json' with { type: 'json' }

/** The official contracts that are one here: their ABI is the same. */
const OURS: Readonly<Record<string, string>> = { UniversalFactoryV2: 'UniversalFactory' }

describe('The official ABI of the identity contracts', () => {
  for (const [contract, members] of Object.entries(official))
    describe(contract, () => itKeeps(OURS[contract] ?? contract, members))
})
