/**
 * A powers-of-tau file of known toxic waste, to compare a setup from toxic waste with snarkjs's from a file.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { BASE_MODULUS } from './bn254.ts'
import type { ToxicWaste } from './development-setup.ts'
import { fixedBases } from './fixed-base.ts'
import { writeScalar, writeSections } from './section-file.ts'

/** Returns a .ptau of 2^power powers without contributions, not yet prepared for phase 2. */
export async function powersOfTauFrom({ tau, alpha, beta }: ToxicWaste, power: number): Promise<Uint8Array> {
  const { g1, g2 } = await fixedBases()
  const size = 2 ** power
  const powers = (first: bigint, count: number): bigint[] => {
    const values = [first]
    while (values.length < count) values.push((values.at(-1)! * tau) % FIELD_MODULUS)
    return values
  }
  const header = new Uint8Array(44)
  const view = new DataView(header.buffer)
  view.setUint32(0, 32, true)
  writeScalar(view, 4, BASE_MODULUS)
  view.setUint32(36, power, true)
  view.setUint32(40, power, true)
  return writeSections('ptau', 1, [
    [1, header],
    [2, g1.multiply(powers(1n, 2 * size - 1))],
    [3, g2.multiply(powers(1n, size))],
    [4, g1.multiply(powers(alpha, size))],
    [5, g1.multiply(powers(beta, size))],
    [6, g2.multiply([beta])],
    [7, new Uint8Array(4)],
  ])
}
