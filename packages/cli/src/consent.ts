/**
 * A device's consent to what is done with it, for the owner that it names.
 * @module
 */
import type { IoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import type { DeviceKey, RecoverableSignature } from '@iotex2/identity/key'
import { signPermit } from '@iotex2/identity/permit'
import type { Hex } from '@iotex2/protocol/hex'

/** Returns the registry's legacy permit, with the device's next nonce. */
export async function signConsent(
  key: DeviceKey,
  registry: IoIDRegistry,
  chainId: bigint,
  owner: string,
): Promise<RecoverableSignature> {
  const [address, nonce] = await Promise.all([registry.getAddress(), registry.nonces(key.address)])
  return signPermit(key, { chainId, registry: address.toLowerCase() as Hex, owner: owner.toLowerCase() as Hex, nonce })
}
