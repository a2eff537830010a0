/**
 * What a deployed contract costs and keeps: its size, and the layout of its storage.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'

interface Artifact {
  contractName: string
  sourceName: string
  /** The source's name in the compiler's input and output. */
  inputSourceName: string
  /** The compiler run that this artifact is from: artifacts/build-info may hold older ones too. */
  buildInfoId: string
  deployedBytecode: string
}

interface Variable {
  label: string
  slot: string
  offset: number
  type: string
}

interface StorageLayout {
  storage: Variable[]
  types: Record<string, { label: string; members?: Variable[] }> | null
}

interface CompilerOutput {
  contracts: Record<string, Record<string, { storageLayout?: StorageLayout }>>
}

/** Left out: test doubles, interfaces, types, and libraries, whose code is inlined. */
const NOT_DEPLOYED = /\/(?:mocks|interfaces|types|libraries)\//

const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

/** Returns the artifacts of our contracts, by name. */
function deployedContracts(): Artifact[] {
  return globSync('artifacts/{contracts,packages}/**/*.json', { cwd: ROOT })
    .map((path) => readJson<Artifact>(path))
    .filter(({ sourceName, deployedBytecode }) => !NOT_DEPLOYED.test(sourceName) && deployedBytecode !== '0x')
    .sort((a, b) => (a.contractName < b.contractName ? -1 : 1))
}

/** Returns the length of each contract's deployed code, in bytes. EIP-170 allows 24576. */
export function contractSizes(): Record<string, number> {
  return Object.fromEntries(
    deployedContracts().map(({ contractName, deployedBytecode }) => [contractName, (deployedBytecode.length - 2) / 2]),
  )
}

/**
 * Returns each contract's variables as `slot:offset name: type`, and the members of each struct that they reach. What
 * OpenZeppelin keeps in ERC-7201 namespaces is not in it.
 */
export function storageLayouts(): Record<string, Record<string, string[]>> {
  const outputs = new Map<string, CompilerOutput>()
  const layouts: Record<string, Record<string, string[]>> = {}
  for (const { contractName, inputSourceName, buildInfoId } of deployedContracts()) {
    const output =
      outputs.get(buildInfoId) ??
      readJson<{ output: CompilerOutput }>(`artifacts/build-info/${buildInfoId}.output.json`).output
    outputs.set(buildInfoId, output)
    const layout = output.contracts[inputSourceName]?.[contractName]?.storageLayout
    if (layout && layout.storage.length > 0) layouts[contractName] = describe(layout)
  }
  return layouts
}

function describe({ storage, types }: StorageLayout): Record<string, string[]> {
  const lines = (variables: Variable[]): string[] =>
    variables.map(({ slot, offset, label, type }) => `${slot}:${offset} ${label}: ${types?.[type]?.label ?? type}`)
  const structs = Object.values(types ?? {})
    .flatMap(({ label, members }) => (members ? [[label, lines(members)] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return { storage: lines(storage), ...Object.fromEntries(structs) }
}
