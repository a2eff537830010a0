/** `pnpm gen`: writes every generated file: the engine, the simulated device, contract bindings, verifiers, the proof vector. */
import { main } from '@iotex2/service/service'
import { generateBindings } from './gen/bindings.ts'
import { generateDeviceWasm } from './gen/device-wasm.ts'
import { generateEngineWasm } from './gen/engine-wasm.ts'
import { writeGenerated } from './gen/generated.ts'
import { generatePoseidonMatrices } from './gen/poseidon-matrices.ts'
import { generateProofVector } from './gen/proof-vector.ts'
import { generateVerifiers } from './gen/verifiers.ts'

await main(async () => {
  await writeGenerated(await generateEngineWasm())
  // The core's sources before what is compiled of them.
  await writeGenerated(generatePoseidonMatrices())
  await writeGenerated(await generateDeviceWasm())
  // Verifiers first: bindings are made from the contracts.
  await writeGenerated(await generateVerifiers())
  await writeGenerated(await generateProofVector())
  await writeGenerated(await generateBindings())
})
