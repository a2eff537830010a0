import type { IoIDStore } from '@iotex2/chain/contracts/IoIDStore'
import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { count, defineCommand } from '../../command.ts'
import { expectProject, IdentityError, projectOperand, SENDS, withWriter, writeOptions } from '../../identity.ts'
import { iotx, toWei } from '../../iotx.ts'

export default defineCommand({
  summary: 'Buy ioIDs for a hardware project',
  details: [SENDS],
  operands: ['project'],
  options: Type.Object({
    project: projectOperand,
    amount: count('How many ioIDs.', { minimum: 1, maximum: 1_000_000 }),
    maxPrice: Type.Optional(iotx('Buy nothing if all of them together cost more.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withWriter(options, context, async ({ contracts: { project, store }, signer }) => {
      const id = BigInt(options.project)
      const amount = BigInt(options.amount)
      await expectProject(project, id)
      const { fee, burnt } = await quote(store, amount)
      if (options.maxPrice !== undefined && fee > toWei(options.maxPrice))
        throw new IdentityError(
          'PRICE_TOO_HIGH',
          `${amount} ioIDs cost ${formatEther(fee)} IOTX now, more than ${options.maxPrice}: nothing was sent.`,
        )
      // The store never takes more than is sent: should the price rise before this is mined, it refuses.
      await store.applyIoIDs(id, amount, { value: fee })
      const [applied, activated] = await Promise.all([store.projectAppliedAmount(id), store.projectActivedAmount(id)])
      return {
        lines: [
          `project ${id} bought ${amount} ioIDs for ${formatEther(fee)} IOTX, ${formatEther(burnt)} of them burnt`,
          `${applied - activated} of ${applied} are free`,
        ],
        json: {
          project: id,
          amount,
          feeWei: fee,
          burntWei: burnt,
          applied,
          activated,
          transactions: signer.transactions,
        },
      }
    }),
})

/** Returns what ioIDs cost now, and how much of it is burnt. The official store tells its price only, and burns nothing. */
async function quote(store: IoIDStore, amount: bigint): Promise<{ fee: bigint; burnt: bigint }> {
  try {
    return await store.quote(amount)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'CALL_EXCEPTION') throw error
    return { fee: (await store.price()) * amount, burnt: 0n }
  }
}
