/**
 * Every parser of ioConnect's C core under libFuzzer for ten minutes, two at a time.
 * @module
 */
import { beforeAll, describe, test } from 'vitest'
import { buildFuzzer, fuzz, makeSeeds, type Seeds } from '../../packages/ioconnect/c/fuzz/fuzzer.ts'
import { skipReason } from '../../packages/ioconnect/c/test/toolchain.ts'

const SECONDS = 600
const PAIRS = [
  ['json', 'base64url'],
  ['jwk', 'document'],
  ['message', 'jwt'],
  ['frame', 'serial'],
  ['queue', 'task'],
  ['time'],
]

describe.skipIf(skipReason('parsers of the C core under libFuzzer', 'clang'))('ten minutes each', () => {
  let seeds: Seeds
  beforeAll(async () => {
    buildFuzzer()
    seeds = await makeSeeds()
  })

  test.each(PAIRS)('%s %s', async (...pair) => {
    await Promise.all(
      pair.map((target) => fuzz(target, seeds[target]!, [`-max_total_time=${SECONDS}`, '-max_len=8192'])),
    )
  })
})
