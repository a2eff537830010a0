/** `pnpm gen`: writes every generated file: the engine, constants of the C core, the simulated device, contract bindings, verifiers, the proof vector. */
import { main } from '@iotex2/service/service'
import { generateBindings } from './gen/bindings.ts'
import { generateBn254 } from './gen/bn254.ts'
import { generateDeviceWasm } from './gen/device-wasm.ts'
import { generateEngineWasm } from './gen/engine-wasm.ts'
import { writeGenerated } from './gen/generated.ts'
import { generateProofVector } from './gen/proof-vector.ts'
import { generateVerifiers } from './gen/verifiers.ts'

await main(async () => {
  await writeGenerated(await generateEngineWasm())
  // The device is made of them.
  await writeGenerated(generateBn254())
  await writeGenerated(await generateDeviceWasm())
  // Verifiers first: bindings are made from the contracts.
  await writeGenerated(await generateVerifiers())
  await writeGenerated(await generateProofVector())
  await writeGenerated(await generateBindings())
})
