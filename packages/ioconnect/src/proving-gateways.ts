/**
 * Gateways that prove their answers (docs/adr/0076-receipts.md).
 * @module
 */
import { decodeMultikey } from '@iotex2/identity/multikey'

export interface ProvingGateway {
  url: string
  /** The public key of its DID: of P-256, x ‖ y. */
  key: Uint8Array
}

/** Returns the gateways with the keys of their DIDs, in order. Throws MultikeyError where one is no point of the curve. */
export function provingGateways({
  gateways,
  gatewayDids = [],
}: {
  gateways: readonly string[]
  gatewayDids?: readonly string[]
}): ProvingGateway[] {
  return gatewayDids.map((did, i) => {
    const { x, y } = decodeMultikey(did.slice('did:key:'.length))
    return { url: gateways[i]!, key: Buffer.concat([x, y!].map((part) => Buffer.from(part, 'base64url'))) }
  })
}
