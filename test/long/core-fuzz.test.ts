/**
 * Every parser of ioConnect's C core under libFuzzer for ten minutes, two at a time.
 * @module
 */
import { beforeAll, describe, test } from 'vitest'
import { buildFuzzer, fuzz, makeSeeds, type Seeds, TARGETS } from '../../packages/ioconnect/c/fuzz/fuzzer.ts'
import { skipReason } from '../../packages/ioconnect/c/test/toolchain.ts'

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 600)
const PAIRS = TARGETS.flatMap((target, i) => (i % 2 === 0 ? [[target, ...TARGETS.slice(i + 1, i + 2)]] : []))

describe.skipIf(skipReason('parsers of the C core under libFuzzer', 'clang'))(`${SECONDS} seconds each`, () => {
  let seeds: Seeds
  beforeAll(async () => {
    buildFuzzer()
    seeds = await makeSeeds()
  })

  test.each(PAIRS)('%s %s', async (...pair) => {
    await Promise.all(
      pair.map(async (target) => {
        const options = [`-max_total_time=${SECONDS}`, '-max_len=8192']
        const { runs, edges, kept } = await fuzz(target, seeds[target]!, options)
        process.stdout.write(`${target}: ${runs} inputs, ${edges} edges reached, ${kept} kept, no finding\n`)
      }),
    )
  })
})
