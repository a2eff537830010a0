/**
 * What a profile says of the devices themselves: which projects they serve, how they measure, and where readings go.
 * Nothing of it is proven; whoever only reads readings passes it over.
 * @module
 */
import { type Static, Type } from 'typebox'

/** Gateways that a device remembers (docs/serial-protocol.md). */
export const MAXIMUM_GATEWAYS = 4
/** Projects that one device may serve at once. */
export const MAXIMUM_PROJECTS = 8
/** Messages that may be in flight at once. */
export const MAXIMUM_WINDOW = 64
/** Keys that a project may have signed apart. */
export const MAXIMUM_SIGNED_KEYS = 6

export const Sampling = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 64, description: 'How many samples make one value, 1 to 64.' }),
    take: Type.Enum(['mean', 'minimum', 'maximum', 'last'], {
      description: 'What is taken of the samples: mean, minimum, maximum or last.',
    }),
  },
  { additionalProperties: false, description: 'An object of count and take.' },
)
export type Sampling = Static<typeof Sampling>

const KeyAgreement = Type.Object(
  {
    kid: Type.String({
      pattern: '^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,80}#[A-Za-z0-9._:%-]{1,60}$',
      description: 'The DID URL of its verification method, as in did:io:0x…#key-2.',
    }),
    kty: Type.Literal('EC', { description: 'EC.' }),
    crv: Type.Literal('P-256', { description: 'P-256, which every device has.' }),
    x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: '32 bytes in base64url, without padding.' }),
    y: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: '32 bytes in base64url, without padding.' }),
  },
  { additionalProperties: false, description: 'The key that messages are encrypted to: kid, kty, crv, x and y.' },
)

export const DeviceSettings = Type.Object(
  {
    model: Type.String({
      pattern: '^[ !#-[\\]-~]{1,64}$',
      description: 'For people: 1 to 64 ASCII characters, no " and no \\.',
    }),
    firmware: Type.String({
      pattern: '^[ !#-[\\]-~]{1,64}$',
      description: 'For people, as in 1.0.0: 1 to 64 ASCII characters, no " and no \\.',
    }),
    projects: Type.Array(
      Type.String({
        pattern: '^(0|[1-9][0-9]{0,18})$',
        description: 'The number of a project, in quotes, as in "1".',
      }),
      {
        minItems: 1,
        maxItems: MAXIMUM_PROJECTS,
        description: 'The projects that each reading goes to, 1 to 8, as in ["1", "2"].',
      },
    ),
    didMethod: Type.Optional(
      Type.Enum(['io', 'key'], {
        description:
          'By which DID it sends encrypted messages: io (its registered one), or key (of its key agreement key).',
      }),
    ),
    intervalMs: Type.Integer({
      minimum: 10,
      maximum: 86_400_000,
      description: 'Milliseconds between readings, 10 to 86400000 (a day).',
    }),
    batching: Type.Optional(
      Type.Object(
        {
          readings: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1000,
              description: 'Readings that wait before they are sent together.',
            }),
          ),
          window: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MAXIMUM_WINDOW,
              description: 'Messages that may be in flight at once, 1 to 64.',
            }),
          ),
          queueKiB: Type.Optional(
            Type.Integer({
              minimum: 16,
              maximum: 16_384,
              multipleOf: 8,
              description: 'Flash that readings wait on, in KiB: 16 to 16384, a multiple of 8.',
            }),
          ),
        },
        { additionalProperties: false, description: 'An object of readings, window and queueKiB, each optional.' },
      ),
    ),
    transport: Type.Enum(['mqtt', 'http'], { description: 'mqtt or http.' }),
    gateways: Type.Array(
      Type.String({
        pattern: '^(mqtts?|https?)://[A-Za-z0-9._~:/?#@!$&()*+,;=%[\\]-]{1,240}$',
        description: 'A URL that begins with mqtts://, https://, mqtt:// or http://.',
      }),
      {
        minItems: 1,
        maxItems: MAXIMUM_GATEWAYS,
        description: 'URLs of gateways, 1 to 4, the preferred one first.',
      },
    ),
    gatewayDids: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^did:key:zDn[1-9A-HJ-NP-Za-km-z]{40,60}$',
          description: 'A did:key of P-256, as GET /v1/gateway of the gateway tells: did:key:zDn….',
        }),
        {
          minItems: 1,
          maxItems: MAXIMUM_GATEWAYS,
          description: 'By which DID each gateway proves its answers, in the order of gateways.',
        },
      ),
    ),
    server: Type.Optional(
      Type.Object(
        {
          did: Type.String({
            pattern: '^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,80}$',
            description: 'The DID of the server.',
          }),
          keyAgreement: Type.Optional(KeyAgreement),
        },
        { additionalProperties: false, description: 'Whom encrypted messages are for: did, and keyAgreement.' },
      ),
    ),
    signedKeys: Type.Optional(
      Type.Array(Type.String({ description: 'time, or the name of a field.' }), {
        maxItems: MAXIMUM_SIGNED_KEYS,
        description: "The project's signed keys in its order: time, or fields of whole numbers.",
      }),
    ),
    circuitChainId: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]{0,18}$',
        description: 'Has each reading signed for circuits too, as one of this chain: its id, in quotes, as in "4690".',
      }),
    ),
    ota: Type.Optional(
      Type.Object(
        {
          releaseKey: Type.String({
            pattern: '^did:key:zDn[1-9A-HJ-NP-Za-km-z]{46}$',
            description: 'The did:key of the release key, on P-256, as in did:key:zDn…',
          }),
          sequence: Type.Integer({
            minimum: 1,
            maximum: Number.MAX_SAFE_INTEGER,
            description: "This firmware's number, from 1 on: each release has a higher one.",
          }),
        },
        {
          additionalProperties: false,
          description: 'Whose firmware is installed by the air: releaseKey and sequence.',
        },
      ),
    ),
    security: Type.Enum(['standard', 'development'], {
      description: 'standard: TLS to every gateway. development: not demanded.',
    }),
  },
  { additionalProperties: false, description: 'What the devices are and where their readings go.' },
)
export type DeviceSettings = Static<typeof DeviceSettings>
