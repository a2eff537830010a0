/** Devices for tests: real keys and signatures, readings of one profile. */
import { createHash } from 'node:crypto'
import type { Hex } from '@iotex2/protocol/hex'
import { toHex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import { signingText } from '@iotex2/protocol/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { DeviceRegistry } from './registry.ts'
import { addressOf } from './signature.ts'

export const PROJECT = 7n
export const CHAIN = 31337n
export const NOW_MS = 1_700_000_000_000

export const profile = parseProfile({
  name: 'thermometer',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 },
    { name: 'humidity', unit: '%', minimum: 0, maximum: 100, scale: 10 },
  ],
})

export class TestDevice {
  readonly #key: Uint8Array
  readonly address: Hex

  constructor(seed: number) {
    this.#key = createHash('sha256').update(`test device ${seed}`).digest()
    this.address = addressOf(secp256k1.getPublicKey(this.#key, false))
  }

  /** Signs a digest: r ‖ s, low s. */
  sign(hash: Uint8Array): Uint8Array {
    return secp256k1.sign(hash, this.#key, { prehash: false, lowS: true })
  }

  /** Returns a body of POST /v1/task. It is signed over `signedText` where that is given. */
  request(
    nonce: bigint | number,
    {
      payload = { time: NOW_MS, temperature: 21.5, humidity: 40 } as unknown,
      projectId = PROJECT,
      highS = false,
      signedText = undefined as string | undefined,
      projectVersion = undefined as string | undefined,
    } = {},
  ): string {
    const payloadText = JSON.stringify(payload)
    const text = signingText(BigInt(nonce), projectId.toString(), projectVersion, payloadText)
    let signature = this.sign(
      createHash('sha256')
        .update(signedText ?? text)
        .digest(),
    )
    if (highS) {
      const s = secp256k1.Point.CURVE().n - BigInt(toHex(signature.subarray(32)))
      signature = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
    }
    return `${text.slice(0, -1)},"signature":"${toHex(signature)}"}`
  }
}

/** A registry whose devices the test sets: known at once, or only after a refresh. */
export class ListedDevices implements DeviceRegistry {
  readonly known = new Set<string>()
  readonly fresh = new Set<string>()
  refreshes = 0
  isDown = false

  add(device: TestDevice, projectId = PROJECT): void {
    this.known.add(`${projectId} ${device.address}`)
  }

  has(projectId: bigint, device: Hex): boolean {
    return this.known.has(`${projectId} ${device}`)
  }

  async refresh(): Promise<void> {
    this.refreshes++
    if (this.isDown) throw new TypeError('fetch failed')
    for (const key of this.fresh) this.known.add(key)
  }

  async ready(): Promise<void> {}
}
