/** `pnpm snap`: writes snapshots/. Say in the commit why a figure changed. */
import { build } from '@iotex2/devnet/build'
import { main } from '@iotex2/service/service'
import { writeGenerated } from './gen/generated.ts'
import { takeSnapshots } from './snapshots/snapshots.ts'

await main(async () => {
  await build('contracts')
  await build('circuits')
  await writeGenerated(await takeSnapshots())
})
