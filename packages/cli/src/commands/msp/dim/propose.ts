import { dimRegistryInterface } from '@iotex2/chain/contracts/DimRegistry'
import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, file } from '../../../command.ts'
import { readJson } from '../../../files.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { toWei } from '../../../iotx.ts'
import { type Restaker, withRestaker } from '../../../restaking/contracts.ts'
import {
  type DimProposal,
  describeTerms,
  dimJson,
  equalTerms,
  parseDimProposal,
  readDim,
  windowOf,
} from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { addressTopic, emitted, readLogs, topicOf } from '../../../restaking/logs.ts'
import { formatDuration } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Propose a module (DIM) with its bond and the terms on which it can slash',
  details: [
    SENDS,
    'The file is JSON: metadataUri, bondIotx, maximumSlashPercent, evidenceAge, vetoWindow, executionWindow (as 3d, 12h, 90m), enforcer, resolver and beneficiary. Without vetoWindow and resolver slashes are executed at once; without beneficiary what is slashed is burnt. Terms never change.',
    'Governance admits it, by a proposal that calls DimRegistry.admit (gov propose; docs/governance.md).',
  ],
  operands: ['file'],
  options: Type.Object({ file: file('The terms.'), ...writeOptions }),
  async run(options, context) {
    const proposal = parseDimProposal(await readJson(context.resolve(options.file)), toWei)
    return withRestaker(options, context, async (restaker) => {
      const { account, dims, provider, signer } = restaker
      const { terms, metadataUri, bond } = proposal
      const known = await findProposed(restaker, proposal)
      if (known === undefined) {
        const held = await provider.getBalance(account)
        if (held < bond)
          throw new RestakingError(
            'FUNDS_TOO_LOW',
            `${account} has ${formatEther(held)} IOTX, and the bond is ${formatEther(bond)}.`,
          )
        await rehearse('propose', dims.propose.staticCall(terms, metadataUri, { value: bond }))
        const delay = await dims.exitDelay()
        context.progress.say(`a module of ${account}, described at ${metadataUri}`)
        context.progress.say(`  requests of ${terms.enforcer}: ${describeTerms(terms)}`)
        context.progress.say(
          `  bond: ${formatEther(bond)} IOTX, until it was retracted, or released ${formatDuration(windowOf(terms))} after it left`,
        )
        if (windowOf(terms) >= delay)
          context.progress.say(
            `  governance cannot admit it as things are: its window is ${formatDuration(windowOf(terms))}, and stake leaves within ${formatDuration(delay)}`,
          )
        await dims.propose(terms, metadataUri, { value: bond })
      }
      const id = known ?? ((await emitted(restaker, dimRegistryInterface, 'DimProposed')).dim as bigint)
      return {
        lines: [
          known === undefined ? `proposed: DIM ${id}` : `it was proposed before: DIM ${id}`,
          `governance admits it by a call of DimRegistry.admit(${id}) (gov propose)`,
        ],
        json: { account, ...dimJson(await readDim(restaker, id)), metadataUri, transactions: signer.transactions },
      }
    })
  },
})

/** Returns the same proposal of the sender that waits for governance: with a second one a second bond would go. */
async function findProposed(restaker: Restaker, proposal: DimProposal): Promise<bigint | undefined> {
  const { provider, fromBlock, dims, account } = restaker
  const topics = [topicOf(dimRegistryInterface, 'DimProposed'), null, addressTopic(account)]
  const address = await dims.getAddress()
  const proposed = await readLogs({ provider, fromBlock, address, topics }, dimRegistryInterface)
  for (const { args } of proposed.reverse()) {
    if (args.metadataUri !== proposal.metadataUri || args.bond !== proposal.bond) continue
    const { status, terms } = await readDim(restaker, args.dim)
    if (status === 'proposed' && equalTerms(terms, proposal.terms)) return args.dim
  }
  return undefined
}
