import { formatDid } from '@iotex2/identity/did'
import type { Hex } from '@iotex2/protocol/hex'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import {
  address,
  deviceOptions,
  expectOwnDevice,
  IdentityError,
  SENDS,
  withWriter,
  writeOptions,
} from '../../identity.ts'
import { openDeviceKey } from '../../passwords.ts'

export default defineCommand({
  summary: 'Give a device to another owner: its ioID, and with it all that its account holds',
  details: [SENDS, 'The device signs its consent, which names the new owner. Only they can give it back.'],
  operands: ['device'],
  options: Type.Object({
    device: file("The device's keystore."),
    to: address('The new owner.'),
    ...deviceOptions,
    ...writeOptions,
  }),
  async run(options, context) {
    const sources = { file: options.devicePasswordFile, environment: context.settings.devicePassword }
    const key = await openDeviceKey(options.device, sources, context)
    const did = formatDid(key.address)
    return withWriter(options, context, async ({ contracts: { ioID }, onboarder, signer }) => {
      const found = await onboarder.find(key.address)
      if (!found) throw new IdentityError('DEVICE_UNKNOWN', `${did} is not registered here.`)
      if (found.owner !== options.to.toLowerCase()) await expectOwnDevice(found, signer)
      await onboarder.transferDevice(key, options.to.toLowerCase() as Hex)
      const owner = await ioID.ownerOf(found.ioid)
      return {
        lines: [`${did}, ioID ${found.ioid}, is ${owner}'s`],
        json: { did, ioid: found.ioid, owner, transactions: signer.transactions },
      }
    })
  },
})
