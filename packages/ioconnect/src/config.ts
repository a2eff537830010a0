/**
 * The simulator's configuration file.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Attack } from './attack.ts'
import type { DeviceServer } from './device.ts'
import { Synthetic } from './synthetic-source.ts'

const settings = {
  projectId: Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', description: 'The ioID project of the devices.' }),
  profile: Type.String({ description: 'Path of the device profile.' }),
  transport: Type.Union([Type.Literal('mqtt'), Type.Literal('http')]),
  gateways: Type.Array(Type.String({ pattern: '^(mqtts?|tcp|wss?|https?)://' }), {
    minItems: 1,
    maxItems: 4,
    description: 'URLs, the preferred one first; each is tried in turn.',
  }),
  gatewayDids: Type.Array(Type.String({ pattern: '^did:key:zDn[1-9A-HJ-NP-Za-km-z]{40,60}$' }), {
    minItems: 1,
    maxItems: 4,
    description: 'By which did:key of P-256 each gateway proves its answers, in the order of gateways.',
  }),
  intervalMs: Type.Integer({ minimum: 1, description: "Between readings. The profile's maximum rate by default." }),
  signedKeys: Type.Array(Type.String(), {
    maxItems: 16,
    description: "The project's signed keys, in its order: time, or fields whose values are whole numbers.",
  }),
  circuitChainId: Type.String({
    pattern: '^[1-9][0-9]{0,18}$',
    description:
      'Each reading is signed for circuits too, as one of this chain. The seed is in the device’s directory.',
  }),
  synthetic: Synthetic,
  attack: Attack,
}

export const DeviceConfig = Type.Object(
  {
    keyFile: Type.String({ description: 'A Web3 keystore, or a development key (@iotex2/identity/key-file).' }),
    passwordFile: Type.Optional(Type.String({ description: "The keystore's password, on the file's first line." })),
    ...Type.Partial(Type.Object(settings)).properties,
  },
  { additionalProperties: false, description: 'Settings here go before those of the whole file.' },
)
export type DeviceConfig = Static<typeof DeviceConfig>

export const SimulatorConfig = Type.Object(
  {
    dataDirectory: Type.String({ description: 'Each device has a directory in it, named by its address.' }),
    replay: Type.Optional(
      Type.Object(
        {
          file: Type.String({ description: 'CSV or GPX.' }),
          mapping: Type.String({ description: "Path of the mapping of its columns to the profile's fields." }),
          repeat: Type.Optional(Type.Boolean({ description: 'Begin again at the end.' })),
        },
        { additionalProperties: false, description: "Recorded readings in place of the computer's own." },
      ),
    ),
    devices: Type.Optional(Type.Array(DeviceConfig, { minItems: 1 })),
    fleet: Type.Optional(
      Type.Object(
        {
          count: Type.Integer({ minimum: 1, maximum: 100_000 }),
          seed: Type.String({ minLength: 1, description: 'What their keys are made of: whoever knows it has them.' }),
        },
        {
          additionalProperties: false,
          description: 'As many virtual devices, with development keys, in place of devices.',
        },
      ),
    ),
    serialPort: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description:
          "TCP port of the first device's serial line, on loopback; the next devices have the next ports. 0 takes free ones.",
      }),
    ),
    ...Type.Partial(Type.Object(settings)).properties,
  },
  { additionalProperties: false, $id: 'https://iotex.io/schemas/ioconnect-simulator-1.json' },
)
export type SimulatorConfig = Static<typeof SimulatorConfig>

/** Thrown when a configuration is malformed or incomplete. Code SIMULATOR_CONFIG_INVALID. */
export class SimulatorConfigError extends CodedError {
  constructor(message: string) {
    super('SIMULATOR_CONFIG_INVALID', message)
  }
}

/** Returns the configuration in `json`. Throws {@link SimulatorConfigError}. */
export function parseSimulatorConfig(json: unknown): SimulatorConfig {
  const first = Value.Errors(SimulatorConfig, json)[0]
  if (first) throw new SimulatorConfigError(`Simulator configuration: ${first.instancePath || '/'} ${first.message}.`)
  const config = json as SimulatorConfig
  if ((config.devices === undefined) === (config.fleet === undefined))
    throw new SimulatorConfigError('Simulator configuration: it has devices, or a fleet.')
  return config
}

/** A device's settings, its own before the file's. */
export interface ResolvedDevice {
  profile: string
  intervalMs?: number
  signedKeys?: readonly string[]
  circuitChainId?: bigint
  synthetic?: Synthetic
  attack?: Attack
  /** Where its readings go. */
  server?: DeviceServer
}

/** Returns whether a device knows where its readings go; one that does not can be told over its serial line. */
export function knowsItsServer(config: SimulatorConfig, index: number): boolean {
  const { projectId, transport, gateways } = { ...config, ...config.devices?.[index] }
  return projectId !== undefined && transport !== undefined && gateways !== undefined
}

/**
 * `waits` leaves the server out: the device is told it over its serial line. Throws {@link SimulatorConfigError} where the
 * device lacks a setting, or its URLs are of the other transport.
 */
export function resolveDevice(config: SimulatorConfig, index: number, waits: boolean): ResolvedDevice {
  const own = { ...config, ...config.devices?.[index] }
  const {
    projectId,
    profile,
    transport,
    gateways,
    gatewayDids,
    intervalMs,
    signedKeys,
    circuitChainId,
    synthetic,
    attack,
  } = own
  for (const [name, value] of Object.entries(waits ? { profile } : { projectId, profile, transport, gateways }))
    if (value === undefined)
      throw new SimulatorConfigError(`Simulator configuration: /devices/${index} has no ${name}.`)
  for (const url of gateways ?? [])
    if (transport !== undefined && /^https?:/.test(url) !== (transport === 'http'))
      throw new SimulatorConfigError(`Simulator configuration: ${url} is no gateway for ${transport}.`)
  if (gatewayDids && gatewayDids.length !== gateways?.length)
    throw new SimulatorConfigError(
      `Simulator configuration: /devices/${index} has a gatewayDid for each gateway, or none.`,
    )
  return {
    profile: profile!,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(signedKeys === undefined ? {} : { signedKeys }),
    ...(circuitChainId === undefined ? {} : { circuitChainId: BigInt(circuitChainId) }),
    ...(synthetic === undefined ? {} : { synthetic }),
    ...(attack === undefined ? {} : { attack }),
    ...(waits
      ? {}
      : {
          server: {
            ...{ projectId: BigInt(projectId!), transport: transport!, gateways: gateways! },
            ...(gatewayDids && { gatewayDids }),
          },
        }),
  }
}
