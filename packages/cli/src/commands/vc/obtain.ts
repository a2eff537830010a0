import { decodeGrant } from '@iotex2/identity/credentials/grant'
import { formatDid } from '@iotex2/identity/did'
import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, file } from '../../command.ts'
import { readJson } from '../../files.ts'
import { expectLedger, IdentityError, SENDS, withWriter, writeOptions } from '../../identity.ts'
import { iotx, toWei } from '../../iotx.ts'

export default defineCommand({
  summary: "Obtain a credential on chain: give a device's ioID the stamp, and burn what it costs",
  details: [
    SENDS,
    'Anyone may bring a grant and pay. From then on contracts see that the ioID holds the credential, and its account has the soulbound token.',
  ],
  operands: ['grant'],
  options: Type.Object({
    grant: file('The grant, as `vc issue` wrote it.'),
    maxBurn: Type.Optional(iotx('Obtain nothing if it burns more.')),
    ...writeOptions,
  }),
  async run(options, context) {
    const { grant, signature, chainId, registry: address } = decodeGrant(await readJson(context.resolve(options.grant)))
    return withWriter(options, context, async (writer) => {
      const { signer, contracts } = writer
      const { registry } = expectLedger(writer)
      if (chainId !== writer.chainId || address !== (await registry.getAddress()).toLowerCase())
        throw new IdentityError('GRANT_ELSEWHERE', `The grant is for ${address} on chain ${chainId}, and not for here.`)
      const did = formatDid(grant.device)
      if (!(await contracts.registry.exists(grant.device)))
        throw new IdentityError('DEVICE_UNKNOWN', `${did} is not registered here.`)
      const id = await contracts.registry.deviceTokenId(grant.device)
      const isObtained = (await registry.credentialOf(id, grant.credentialType)).hash === grant.hash
      const burn = await registry.burnOf(grant.credentialType)
      if (!isObtained && options.maxBurn !== undefined && burn > toWei(options.maxBurn))
        throw new IdentityError(
          'PRICE_TOO_HIGH',
          `The credential burns ${formatEther(burn)} IOTX now, more than ${options.maxBurn}: nothing was sent.`,
        )
      const asHolder = registry.connect(signer) as typeof registry
      if (!isObtained) await asHolder.obtain(grant, signature, { value: burn })
      const isHeld = await registry.holds(id, grant.credentialType)
      return {
        lines: [
          isObtained
            ? `ioID ${id} had obtained it before`
            : `ioID ${id} obtained it, and ${formatEther(burn)} IOTX were burnt`,
          `it ${isHeld ? 'holds' : 'does not hold'} it now`,
        ],
        json: {
          did,
          ioid: id,
          burntWei: isObtained ? 0n : burn,
          isHeld,
          transactions: signer.transactions,
        },
      }
    })
  },
})
