/**
 * What a change costs, in git. Hardhat owns snapshots/*.json, the gas of each operation; the others lie in directories.
 * @module
 */
import { circuitSizes } from '../circuits/build.ts'
import { CHIP_COST, chipCostText } from './chip.ts'
import { contractSizes, storageLayouts } from './contracts.ts'
import { CORE_SIZE, coreSizeText } from './core.ts'
import { measureGas } from './gas.ts'

const toJson = (snapshot: unknown): string => `${JSON.stringify(snapshot, null, 2)}\n`

/** Returns every snapshot as it is now: its text, by its path from the root. Contracts have to be built. */
export async function takeSnapshots(): Promise<Map<string, string>> {
  const coreSize = coreSizeText()
  const chipCost = await chipCostText()
  return new Map([
    ...(coreSize === undefined ? [] : [[CORE_SIZE, coreSize] as const]),
    ...(chipCost === undefined ? [] : [[CHIP_COST, chipCost] as const]),
    ['snapshots/contracts/size.json', toJson(contractSizes())],
    ['snapshots/contracts/storage-layout.json', toJson(storageLayouts())],
    ['snapshots/circuits/constraints.json', toJson(await circuitSizes())],
    ...(await measureGas()),
  ])
}
