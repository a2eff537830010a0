import { PROJECT_TYPE } from '@iotex2/identity/onboard'
import { Type } from 'typebox'
import { choice, defineCommand, text } from '../../command.ts'
import { SENDS, withWriter, writeOptions } from '../../identity.ts'

export default defineCommand({
  summary: 'Register a project, whose devices get ioIDs',
  details: [
    SENDS,
    'A hardware project buys ioIDs beforehand (project apply); in a virtual project each device pays as it registers.',
  ],
  operands: ['name'],
  options: Type.Object({
    name: text('NAME', 'The name of the project; no two projects have the same.', { maxLength: 128 }),
    type: choice(['hardware', 'virtual'], 'Who pays when.', { default: 'hardware' }),
    ...writeOptions,
  }),
  run: (options, context) =>
    withWriter(options, context, async ({ onboarder, signer }) => {
      const id = await onboarder.ensureProject(options.name, PROJECT_TYPE[options.type])
      const known = signer.transactions.length === 0
      return {
        lines: [`project ${id} "${options.name}"${known ? ' was registered before' : ''}`],
        json: { project: id, transactions: signer.transactions },
      }
    }),
})
