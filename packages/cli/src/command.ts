/**
 * What a command is: a schema of its options and a function. Parsing, help and exit codes follow from it.
 * @module
 */

import type { PublicFetch } from '@iotex2/identity/web/public-fetch'
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import type { Progress } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** What a command may use of the world outside. The entry makes it; tests make their own. */
export interface Context {
  /** Returns the absolute path of what a user wrote. */
  resolve(path: string): string
  progress: Progress
  terminal: Terminal
  /** Milliseconds since the epoch. */
  now(): number
  /** node:crypto's randomness. */
  randomBytes(length: number): Uint8Array
  /** Reaches public servers, over TLS. */
  fetchPublic: PublicFetch
  /** What the environment sets; options come first. */
  settings: Settings
}

/** What may come from the environment, because an argument is seen by every process of a machine. */
export interface Settings {
  /** IOTEX2_PASSWORD: opens the keystore of whoever sends transactions. */
  password?: string | undefined
  /** IOTEX2_DEVICE_PASSWORD: opens a device's keystore. */
  devicePassword?: string | undefined
  /** LOCAL_RPC_URL, IOTEX_TESTNET_RPC_URL, IOTEX_MAINNET_RPC_URL: as hardhat.config.ts reads them. */
  rpcUrls?: Partial<Record<string, string | undefined>>
}

/** What a command has to say: `lines` for people, `json` for machines, bigints in it as decimal text. */
export interface Report {
  lines: readonly string[]
  json: Record<string, unknown>
  /** 0 by default; 1 where the answer is no. */
  exitCode?: 0 | 1
}

export interface Command<P extends TProperties = TProperties> {
  /** One line, an imperative. */
  summary: string
  /** What the summary leaves out; a paragraph each. */
  details?: readonly string[]
  /** Options that are given by their place, in order. */
  operands?: readonly (keyof P & string)[]
  options: TObject<P>
  run(options: Static<TObject<P>>, context: Context): Promise<Report>
}

/** Returns `command`: it is here for the types. */
export const defineCommand = <P extends TProperties>(command: Command<P>): Command<P> => command

/** A word that has commands or groups below it. */
export interface Group {
  summary: string
  members: Record<string, Group | (() => Promise<Command>)>
}

/** What a schema tells of an option beyond JSON Schema. */
export interface OptionFacts {
  description: string
  /** Stands for the value in help: FILE, HEX, N. */
  placeholder?: string
}

/** Returns the facts of an option's schema. */
export const factsOf = (schema: TSchema): OptionFacts & { default?: unknown; type?: string; items?: TSchema } =>
  schema as unknown as OptionFacts

type Refinement = Record<string, unknown>

export const text = (placeholder: string, description: string, refine: Refinement = {}) =>
  Type.String({ minLength: 1, description, placeholder, ...refine })
export const file = (description: string) => text('FILE', description)
export const directory = (description: string, refine: Refinement = {}) => text('DIR', description, refine)
export const flag = (description: string) => Type.Boolean({ description, default: false })
export const count = (description: string, refine: Refinement = {}) =>
  Type.Integer({ description, placeholder: 'N', ...refine })
/** An option that may be given several times. */
export const list = (placeholder: string, description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { description, placeholder, default: [] })
export const choice = <const T extends string>(values: readonly T[], description: string, refine: Refinement = {}) =>
  Type.Unsafe<T>(Type.String({ enum: values, description, placeholder: values.join('|'), ...refine }))
