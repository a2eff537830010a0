/**
 * Creates, updates and deactivates DIDs of method io: a document into a store, its hash onto the chain.
 * @module
 */
import { createDocument, type DidDocument, encodeDocument, type PublicKeyJwk } from './document.ts'
import type { StoredDocument } from './document-store.ts'
import type { DeviceKey } from './key.ts'
import type { Onboarder, RegisteredDevice } from './onboard.ts'
import type { ContentStore } from './stores/content-store.ts'

export class DidRegistrar {
  readonly #onboarder: Onboarder
  readonly #store: ContentStore

  constructor(onboarder: Onboarder, store: ContentStore) {
    this.#onboarder = onboarder
    this.#store = store
  }

  /** Stores the document of a device and registers it with the project. `agreement` is its key for encryption. */
  async create(projectId: bigint, key: DeviceKey, agreement?: PublicKeyJwk): Promise<RegisteredDevice> {
    const document = await this.#put(createDocument(key, agreement))
    const [device] = await this.#onboarder.registerDevices(projectId, [{ key, document }])
    return device!
  }

  /** Stores another document for a registered device, and names it on the chain. Returns where it lies. */
  async update(key: DeviceKey, document: DidDocument): Promise<StoredDocument> {
    const stored = await this.#put(document)
    await this.#onboarder.updateDocument({ key, document: stored })
    return stored
  }

  /** Removes the device from the registry: its DID is deactivated, its documents stay where they are. */
  deactivate(key: DeviceKey): Promise<void> {
    return this.#onboarder.removeDevice(key)
  }

  #put(document: DidDocument): Promise<StoredDocument> {
    return this.#store.put(encodeDocument(document))
  }
}
