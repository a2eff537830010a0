/** `pnpm build`: builds contracts, circuits with development keys, and the explorer, each only when it changed. */
import { build, PART_NAMES, partTitle } from '@iotex2/devnet/build'
import { reportSteps } from '@iotex2/devnet/steps'
import { main } from '@iotex2/service/service'

await main(async () => {
  const steps = reportSteps(process.stderr, PART_NAMES.length)
  for (const name of PART_NAMES)
    await steps.step(partTitle(name), async (note) => {
      if (!(await build(name))) note('up to date')
    })
})
