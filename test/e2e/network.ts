/**
 * A whole network for an end-to-end test, in a directory of its own.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Devnet, type DevnetOptions, startDevnet } from '@iotex2/devnet/devnet'

const silent = { step: <T>(_title: string, run: (note: () => void) => Promise<T>) => run(() => {}), note: () => {} }

/** Starts a network whose blocks, batches and deadlines are quick. `stop` removes what it wrote. */
export async function startNetwork(options: Partial<DevnetOptions> = {}): Promise<Devnet> {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-e2e-'))
  const devnet = await startDevnet({ directory, steps: silent, blockIntervalMs: 500, batchAgeMs: 2_000, ...options })
  return {
    ...devnet,
    stop: async () => {
      await devnet.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
