/**
 * Which devices may send to which project: those whose ioID belongs to it.
 * @module
 */
import type { Hex } from '@iotex2/protocol/hex'

export interface DeviceRegistry {
  /** Whether the device's ioID belongs to the project, as far as this process has read the chain. */
  has(projectId: bigint, device: Hex): boolean
  /**
   * Reads the chain to its latest block, if that was not done a moment ago: a device that is not known may have been
   * registered just now. Rejects when the chain does not answer.
   */
  refresh(): Promise<void>
  /** Resolves once the chain was read for the first time; rejects until then. */
  ready(): Promise<void>
}
