/**
 * did:io (docs/did-io-method.md): the registry on chain names a document by its hash, a store has its bytes.
 *
 * Nothing but the chain is trusted: the bytes have the hash that the chain names, the document is of the DID, and its
 * first authentication key is the one that the DID is made of.
 * @module
 */
import { connectIoIDRegistry, type IoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import type { Hex } from '@iotex2/protocol/hex'
import type { JsonRpcProvider } from 'ethers'
import { type Did, DidError, formatDid, parseDid } from '../did.ts'
import { verifyDocument } from '../document.ts'
import type { StoredDocument } from '../document-store.ts'
import type { DocumentSource } from '../stores/document-source.ts'
import type { AnyDidDocument } from '../verification-method.ts'
import { ResolutionError } from './errors.ts'
import type { DocumentVersion, RegistryHistory } from './history.ts'
import type { DidMethod, DocumentMetadata, Resolved, ResolveOptions } from './resolution.ts'

export interface IoDidOptions {
  provider: JsonRpcProvider
  /** Address of ioIDRegistry. */
  registry: string
  documents: DocumentSource
  /** Without it there are no versions, and nothing is known of times. */
  history?: RegistryHistory
}

/** Documents that are remembered, by their hash: a gateway meets the same devices again and again. */
const REMEMBERED_DOCUMENTS = 20_000
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

export class IoDidMethod implements DidMethod {
  readonly name = 'io'
  readonly #registry: IoIDRegistry
  readonly #documents: DocumentSource
  readonly #history: RegistryHistory | undefined
  readonly #remembered = new Map<string, { bytes: Uint8Array; document: AnyDidDocument }>()

  constructor({ provider, registry, documents, history }: IoDidOptions) {
    this.#registry = connectIoIDRegistry(registry, provider)
    this.#documents = documents
    this.#history = history
  }

  /** Throws {@link ResolutionError}, or what store and chain throw. */
  async resolve(did: string, options: ResolveOptions = {}): Promise<Resolved> {
    const device = deviceOf(did)
    const { document, metadata } = this.#history
      ? await this.#version(did, await this.#history.versions(device), options, this.#history)
      : await this.#current(did, device, options)
    return { ...(await this.#load(did as Did, document)), metadata }
  }

  async #current(
    did: string,
    device: Hex,
    { versionId, versionTime }: ResolveOptions,
  ): Promise<{ document: StoredDocument; metadata: DocumentMetadata }> {
    if (versionId !== undefined || versionTime !== undefined)
      throw new ResolutionError('notFound', 'This resolver keeps no versions.')
    const [exists, nonce] = await Promise.all([this.#registry.exists(device), this.#registry.nonces(device)])
    // The registry counts a device's permits for ever, its registration among them.
    if (!exists) throw nonce > 0n ? deactivated(did, {}) : unknown(did)
    const [hash, uri] = await Promise.all([this.#registry.documentHash(device), this.#registry.documentURI(device)])
    return { document: { hash: hash as Hex, uri }, metadata: {} }
  }

  async #version(
    did: string,
    versions: readonly DocumentVersion[],
    options: ResolveOptions,
    history: RegistryHistory,
  ): Promise<{ document: StoredDocument; metadata: DocumentMetadata }> {
    if (versions.length === 0) throw unknown(did)
    const index = await choose(versions, options, history)
    const version = versions[index]
    if (!version) throw new ResolutionError('notFound', `${did} has no such version.`)
    const first = versions.slice(0, index + 1).findLast(({ isFirst }) => isFirst) ?? version
    const next = versions[index + 1]
    const dateTime = async ({ blockNumber }: DocumentVersion): Promise<string> =>
      new Date((await history.blockTime(blockNumber)) * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    const metadata: DocumentMetadata = {
      created: await dateTime(first),
      ...(version === first ? {} : { updated: await dateTime(version) }),
      versionId: version.versionId,
      ...(next ? { nextUpdate: await dateTime(next), nextVersionId: next.versionId } : {}),
    }
    if (!version.document) throw deactivated(did, { ...metadata, deactivated: true })
    return { document: version.document, metadata }
  }

  async #load(did: Did, stored: StoredDocument): Promise<{ bytes: Uint8Array; document: AnyDidDocument }> {
    const key = `${did} ${stored.hash}`
    let loaded = this.#remembered.get(key)
    if (loaded) this.#remembered.delete(key)
    else {
      const bytes = await this.#documents.fetch(stored)
      loaded = { bytes, document: verifyDocument(bytes, stored.hash, did) }
      if (this.#remembered.size >= REMEMBERED_DOCUMENTS) this.#remembered.delete(this.#remembered.keys().next().value!)
    }
    this.#remembered.set(key, loaded)
    return loaded
  }
}

/** Index of the version that is asked for; of none, -1. */
async function choose(
  versions: readonly DocumentVersion[],
  { versionId, versionTime }: ResolveOptions,
  history: RegistryHistory,
): Promise<number> {
  if (versionId !== undefined && versionTime !== undefined)
    throw new ResolutionError('invalidDid', 'Ask for a versionId or a versionTime, not both.')
  if (versionId !== undefined) return versions.findIndex((version) => version.versionId === versionId)
  if (versionTime === undefined) return versions.length - 1
  const time = DATE_TIME.test(versionTime) ? Date.parse(versionTime) : Number.NaN
  if (Number.isNaN(time)) throw new ResolutionError('invalidDid', 'The versionTime is no dateTime.')
  for (let index = versions.length - 1; index >= 0; index--)
    if ((await history.blockTime(versions[index]!.blockNumber)) * 1000 <= time) return index
  return -1
}

/** One DID has one spelling: its address in lower case. */
function deviceOf(did: string): Hex {
  try {
    const device = parseDid(did)
    if (formatDid(device) === did) return device
  } catch (error) {
    if (!(error instanceof DidError)) throw error
  }
  throw new ResolutionError('invalidDid', `"${did.slice(0, 200)}" is not did:io:0x and 40 digits in lower case.`)
}

const unknown = (did: string): ResolutionError => new ResolutionError('notFound', `${did} was never registered.`)
const deactivated = (did: string, metadata: DocumentMetadata): ResolutionError =>
  new ResolutionError('deactivated', `${did} was removed from the registry.`, {
    metadata: { ...metadata, deactivated: true },
  })
