/**
 * Wide fuzzing of DIDComm's parsers: damaged messages are refused with a code, or mean the same.
 * @module
 */
import { DidcommError } from '@iotex2/identity/didcomm/errors'
import { packEncrypted, packSigned } from '@iotex2/identity/didcomm/pack'
import { unpack } from '@iotex2/identity/didcomm/unpack'
import { expect, test } from 'vitest'
import { mutate } from '../../packages/identity/src/didcomm/mutation.fixture.ts'
import {
  ALICE,
  aliceKeys,
  BOB,
  bobKeys,
  resolver,
  vectors,
} from '../../packages/identity/src/didcomm/parties.fixture.ts'
import { Seeded } from '../../packages/protocol/src/seeded.fixture.ts'

const CASES = 200_000
const SEED = 20_261_124

test(`${CASES} damaged messages (seed ${SEED})`, async () => {
  const random = new Seeded(SEED)
  const message = vectors.plaintext
  const context = { resolver, keys: aliceKeys }
  const originals = [
    await packEncrypted(message, { to: BOB, from: `${ALICE}#key-p256-1` }, context),
    await packEncrypted(message, { to: `${BOB}#key-x25519-1`, enc: 'XC20P' }, context),
    await packEncrypted(message, { to: BOB, from: ALICE, signBy: ALICE, protectSender: true }, context),
    await packSigned(message, `${ALICE}#key-3`, context),
  ]
  for (let i = 0; i < CASES; i++) {
    const damaged = mutate(random, random.pick(originals))
    try {
      const { message: taken } = await unpack(damaged, { resolver, keys: bobKeys })
      expect(taken, `seed ${SEED}, case ${i}: ${damaged}`).toMatchObject(message)
    } catch (error) {
      if (!(error instanceof DidcommError)) throw error
    }
  }
})
