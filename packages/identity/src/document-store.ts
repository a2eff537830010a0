/**
 * A directory of DID documents, each in a file named by its hash: what is read is what was stored, or it is refused.
 * @module
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { DocumentError, documentHash } from './document.ts'

/** Where a document lies: what the registry keeps of it. */
export interface StoredDocument {
  hash: Hex
  uri: string
}

export class DocumentStore {
  readonly #directory: string
  readonly #baseUri: string

  /** `baseUri` is where `directory` is served; without it documents have file: URIs. */
  constructor(directory: string, baseUri: string = pathToFileURL(directory).href) {
    this.#directory = directory
    this.#baseUri = baseUri.replace(/\/$/, '')
  }

  /** Stores `bytes` durably: a crash leaves them whole or absent. Returns what to register. Idempotent. */
  async put(bytes: Uint8Array): Promise<StoredDocument> {
    const hash = documentHash(bytes)
    await mkdir(this.#directory, { recursive: true })
    const path = this.#path(hash)
    const draft = `${path}.${process.pid}.draft`
    const file = await open(draft, 'w', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    } finally {
      await file.close()
    }
    await rename(draft, path)
    const directory = await open(this.#directory)
    await directory.sync().finally(() => directory.close())
    return { hash, uri: `${this.#baseUri}/${hash}.json` }
  }

  /**
   * Returns the stored bytes, or undefined where there are none.
   * Throws {@link DocumentError} DOCUMENT_MISMATCH when the file was changed, DOCUMENT_MALFORMED when `hash` is no hash.
   */
  async get(hash: Hex): Promise<Uint8Array | undefined> {
    if (!isHex(hash, 32)) throw new DocumentError('DOCUMENT_MALFORMED', 'A document is named by 32 bytes.')
    let bytes: Uint8Array
    try {
      bytes = new Uint8Array(await readFile(this.#path(hash)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    if (documentHash(bytes) !== hash.toLowerCase())
      throw new DocumentError('DOCUMENT_MISMATCH', `${this.#path(hash)} was changed: its hash is another.`)
    return bytes
  }

  /** Returns the document of this hash, wherever its URI says that it lies: as {@link get}. */
  fetch({ hash }: StoredDocument): Promise<Uint8Array | undefined> {
    return this.get(hash)
  }

  #path(hash: Hex): string {
    return join(this.#directory, `${hash.toLowerCase()}.json`)
  }
}
