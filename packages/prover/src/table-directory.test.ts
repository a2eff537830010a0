import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { open } from '@iotex2/groth16/prover'
import { BATCH_CIRCUIT } from '@iotex2/protocol/batch'
import { expect, test } from 'vitest'
import { buildCircuit } from '../../../scripts/circuits/build.ts'
import { hashFile, tableDirectory } from './table-directory.ts'

const MEMORY_MIB = 128

test('tables are kept in a directory: read the next time, built again where they are damaged', async () => {
  const { files } = await buildCircuit(BATCH_CIRCUIT)
  const zkey = await readFile(files.zkey)
  const directory = await mkdtemp(join(tmpdir(), 'tables-'))
  const key = await hashFile(files.zkey)
  const opened = async (tableStore = tableDirectory(directory, key)) => {
    const parts: number[] = []
    const onTableProgress = (part: number): void => void parts.push(part)
    const prover = await open(zkey, { tableMemoryMiB: MEMORY_MIB, tableStore, onTableProgress })
    await prover.dispose()
    expect(parts).toEqual(parts.toSorted((a, b) => a - b))
    expect(parts.at(-1)).toBeCloseTo(1)
    expect(prover.tables!.memoryMiB).toBeLessThanOrEqual(MEMORY_MIB)
    return prover.tables!
  }
  expect(await opened()).toMatchObject({ read: 0, storeError: null })
  expect(await opened()).toMatchObject({ read: 4, storeError: null })
  expect(await readdir(directory)).toEqual([key])
  const names = await readdir(join(directory, key))
  expect(names).toHaveLength(4)
  const damaged = join(directory, key, names[0]!)
  await truncate(damaged, 100)
  expect(await opened()).toMatchObject({ read: 3, storeError: { code: 'MSM_TABLE_REFUSED' } })
  expect(await opened()).toMatchObject({ read: 4, storeError: null })
  // Where nothing can be written, tables are in use all the same.
  expect(await opened(tableDirectory(damaged, key))).toMatchObject({ read: 0, storeError: { code: 'ENOTDIR' } })
  await rm(directory, { recursive: true })
}, 120_000)
