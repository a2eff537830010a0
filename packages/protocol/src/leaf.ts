/**
 * The leaf that data availability commits for a reading, and that a device may sign for a circuit.
 * @module
 */
import { poseidon11 } from 'poseidon-lite'
import { toField } from './field.ts'
import type { Reading } from './reading.ts'

/** "iotex2" in ASCII, then the version of the leaf's layout. */
export const LEAF_DOMAIN = (0x696f74657832n << 8n) + 1n

/** Leaf of an unused place in a batch. */
export const EMPTY_LEAF = 0n

/** Returns Poseidon(domain, chain id, project id, device, nonce, time, v0 … v4). */
export const readingLeaf = (reading: Reading): bigint =>
  poseidon11([
    LEAF_DOMAIN,
    reading.chainId,
    reading.projectId,
    BigInt(reading.device),
    reading.nonce,
    reading.time,
    ...reading.values.map(toField),
  ])
