/**
 * What a profile is to programs that are no device: a JSON Schema of its payloads, types of TypeScript, parameters of an
 * ABI, inputs of the circuit.
 * @module
 */
import { BATCH_CIRCUIT } from '@iotex2/protocol/batch'
import { profileManifest } from '@iotex2/protocol/manifest'
import { circuitRanges, type Profile, profileParameters } from '@iotex2/protocol/profile'
import { formatScaled, layoutOf, MAXIMUM_TIME } from './layout.ts'
import { generatedBy } from './message-c.ts'
import { typeName } from './names.ts'

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Returns the JSON Schema of what devices send: numbers in units. */
export function payloadSchema(profile: Profile): string {
  const { fields } = layoutOf(profile)
  const ofField = ({ field, minimum, maximum }: (typeof fields)[number]) => ({
    type: field.scale === 1 ? 'integer' : 'number',
    minimum: Number(formatScaled(minimum, field.scale)),
    maximum: Number(formatScaled(maximum, field.scale)),
    description: [field.description, field.unit].filter(Boolean).join(' '),
  })
  return json({
    $comment: generatedBy(profile),
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${profile.name} ${profile.version}`,
    type: 'object',
    properties: {
      time: {
        type: 'integer',
        minimum: 0,
        maximum: Number(MAXIMUM_TIME),
        description: 'Milliseconds since the epoch.',
      },
      ...Object.fromEntries(fields.map((layout) => [layout.field.name, ofField(layout)])),
    },
    required: ['time', ...fields.map(({ field }) => field.name)],
    additionalProperties: false,
  })
}

/** Returns a module of TypeScript: the payload's type, its ABI and its manifest. */
export function typescriptModule(profile: Profile): string {
  const name = typeName(profile.name)
  const upper = profile.name.toUpperCase().replaceAll('-', '_')
  const { fields } = layoutOf(profile)
  const members = fields.map(
    ({ field }) =>
      `  /** ${[field.description, field.unit].filter(Boolean).join(' ').replaceAll('*/', '* /')}, ${field.minimum} to ${field.maximum}. */\n  ${field.name}: ${field.type === 'boolean' ? '0 | 1' : 'number'}`,
  )
  const parameters = abiParameters(profile).map(({ name, type }) => `  { name: '${name}', type: '${type}' },`)
  return `// ${generatedBy(profile)}

/** A payload, as devices send it. */
export interface ${name} {
  /** Milliseconds since the epoch. */
  time: number
${members.join('\n')}
}

/** keccak256 of manifest.json: the projectVersion of each request. */
export const ${upper}_MANIFEST = '${profileManifest(profile).hash}'

/** By what an integer of the ABI, of a leaf and of the circuit is divided. */
export const ${upper}_SCALES = { ${fields.map(({ field }) => `${field.name}: ${field.scale}`).join(', ')} } as const

/** Parameters of abi.encode: time, then the values as integers. */
export const ${upper}_ABI = [
${parameters.join('\n')}
] as const
`
}

/** Parameters of abi.encode, as ABIs name them. */
export const abiParameters = (profile: Profile): { name: string; type: string }[] => [
  { name: 'time', type: 'uint64' },
  ...layoutOf(profile).fields.map(({ field, abiType }) => ({ name: field.name, type: abiType })),
]

/** Returns what the circuit and the project's attribute `parameters` have. */
export function circuitParameters(profile: Profile): string {
  const { minimum, maximum } = circuitRanges(profile)
  return json({
    circuit: BATCH_CIRCUIT,
    minimum: minimum.map(String),
    maximum: maximum.map(String),
    parameters: String(profileParameters(profile)),
  })
}

/** Returns the files of `schema/`, by name. */
export function schemaFiles(profile: Profile): Record<string, string> {
  return {
    'manifest.json': profileManifest(profile).text,
    [`${profile.name}.schema.json`]: payloadSchema(profile),
    [`${profile.name}.abi.json`]: json(abiParameters(profile)),
    [`${profile.name}.ts`]: typescriptModule(profile),
    'circuit.json': circuitParameters(profile),
  }
}
