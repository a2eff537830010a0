import { formatDid } from '@iotex2/identity/did'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { deviceOptions, expectOwnDevice, SENDS, withWriter, writeOptions } from '../../identity.ts'
import { openDeviceKey } from '../../passwords.ts'

export default defineCommand({
  summary: 'Remove a device of yours from the registry',
  details: [
    SENDS,
    'Its DID is unbound. The ioID and its account stay yours, with the device NFT; registered again, the device gets others.',
  ],
  operands: ['device'],
  options: Type.Object({ device: file("The device's keystore."), ...deviceOptions, ...writeOptions }),
  async run(options, context) {
    const sources = { file: options.devicePasswordFile, environment: context.settings.devicePassword }
    const key = await openDeviceKey(options.device, sources, context)
    const did = formatDid(key.address)
    return withWriter(options, context, async ({ onboarder, signer }) => {
      const found = await onboarder.find(key.address)
      if (found) await expectOwnDevice(found, signer)
      await onboarder.removeDevice(key)
      return { lines: [`${did} is not registered`], json: { did, transactions: signer.transactions } }
    })
  },
})
