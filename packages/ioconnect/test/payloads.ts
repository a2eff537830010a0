/** What a device puts into its requests. */
import type { Profile } from '@iotex2/protocol/profile'
import type { Sample } from '../src/source.ts'
import { MemoryDevice } from '../src/wasm/memory-device.ts'

const SERVER = { projectId: 1n, transport: 'http', gateways: ['http://127.0.0.1:1'] } as const

/** Returns the payload of the request that a device signs for `sample`, decoded. */
export function payloadOf(profile: Profile, sample: Sample): unknown {
  const device = new MemoryDevice({ profile, server: SERVER })
  device.take(sample)
  device.core.run()
  return (JSON.parse(device.sent[0]!.body) as { payload: unknown }).payload
}
