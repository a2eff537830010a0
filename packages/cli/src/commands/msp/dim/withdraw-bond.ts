import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { expectManager } from '../../../restaking/agreeing.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { dimOperand, expectStatus, readDim } from '../../../restaking/dims.ts'
import { rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Take back the bond of a module of yours that was released',
  details: [SENDS],
  operands: ['dim'],
  options: Type.Object({
    dim: dimOperand,
    to: Type.Optional(address('Who is paid. You, without it.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, dims, signer } = restaker
      const recipient = options.to === undefined ? account : toAddress(options.to)
      const dim = await readDim(restaker, BigInt(options.dim))
      expectManager(dim, account)
      expectStatus(dim, ['released'])
      if (dim.bond > 0n) {
        await rehearse('withdraw the bond', dims.withdrawBond.staticCall(dim.id, recipient))
        context.progress.say(`${formatEther(dim.bond)} IOTX go to ${recipient}`)
        await dims.withdrawBond(dim.id, recipient)
      }
      return {
        lines: [dim.bond > 0n ? `${formatEther(dim.bond)} IOTX went to ${recipient}` : 'it was withdrawn before'],
        json: { account, dim: dim.id, recipient, bondWei: dim.bond, transactions: signer.transactions },
      }
    }),
})
