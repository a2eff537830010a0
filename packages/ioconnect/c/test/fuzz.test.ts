/** Every parser under libFuzzer, AddressSanitizer and UBSan, for as many inputs as take seconds; test/long has minutes. */
import { beforeAll, describe, expect, test } from 'vitest'
import { buildFuzzer, fuzz, makeSeeds, type Seeds, TARGETS } from '../fuzz/fuzzer.ts'
import { skipReason } from './toolchain.ts'

const SEED = 20_261_125
/** Where each input may cost a signature or a hash. */
const COSTLY: Record<string, number> = {
  message: 1500,
  jwt: 1500,
  firmware: 1500,
  document: 4000,
  serial: 5000,
  jwk: 10_000,
  task: 10_000,
  frame: 20_000,
}

const reason = skipReason('parsers of the C core under libFuzzer', 'clang') ?? skipReason('seeds of the fuzzer')

describe.skipIf(reason)(`no input breaks a parser (seed ${SEED})`, () => {
  let seeds: Seeds
  beforeAll(async () => {
    buildFuzzer()
    seeds = await makeSeeds()
  })

  test('every parser has seeds', () => {
    expect(Object.keys(seeds).toSorted()).toEqual(TARGETS.toSorted())
  })
  test.concurrent.each(TARGETS)('%s', async (target) => {
    await fuzz(target, seeds[target]!, [`-runs=${COSTLY[target] ?? 50_000}`, `-seed=${SEED}`, '-max_len=4096'])
  })
})
