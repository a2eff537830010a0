/** Checks a request's signature as a gateway does, by ethers: not by the code that made it. */
import { type Hex, toHex } from '@iotex2/protocol/hex'
import type { TaskRequest } from '@iotex2/protocol/wire'
import { recoverAddress } from 'ethers'

/** Returns the recovery id under which `device` signed `request`, or undefined where it did not. */
export function recoveryIdOf({ hash, signature }: TaskRequest, device: Hex): 0 | 1 | undefined {
  const r = toHex(signature.slice(0, 32))
  const s = toHex(signature.slice(32))
  return ([0, 1] as const).find((id) => {
    try {
      return recoverAddress(hash, { r, s, v: 27 + id }).toLowerCase() === device
    } catch {
      return false
    }
  })
}
