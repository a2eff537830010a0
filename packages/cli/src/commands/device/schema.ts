import { Profile } from '@iotex2/protocol/profile'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  summary: 'Print the JSON Schema of device profiles, for editors',
  options: Type.Object({}),
  async run() {
    // As JSON has it: what TypeBox adds is no part of it.
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...JSON.parse(JSON.stringify(Profile)) }
    return { lines: JSON.stringify(schema, null, 2).split('\n'), json: schema }
  },
})
