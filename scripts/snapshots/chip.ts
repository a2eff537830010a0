/**
 * What ioConnect costs a chip with all it needs: the core, mbedTLS's PSA, the board and the C library; and how many
 * instructions its costliest work takes, as QEMU counts them.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { SecretKey } from '@iotex2/identity/secret-key'
import {
  CHIPS,
  type ChipName,
  type ChipSize,
  COUNTED,
  chipSize,
  missingChip,
} from '../../packages/ioconnect/c/test/chips.ts'
import { Core } from '../../packages/ioconnect/c/test/harness.ts'
import { DEVICES } from './core.ts'

/** What rv32imc may cost at most. */
export const BARS = {
  rv32TextBytes: 64 * 1024,
  rv32OwnTextBytes: 12 * 1024,
  rv32StaticRamBytes: 16 * 1024,
  signInstructions: 18_000_000,
  authcryptInstructions: 70_000_000,
} as const

export const verdict = (figure: number, bar: number): 'met' | 'missed' => (figure <= bar ? 'met' : 'missed')

export const CHIP_COST = 'snapshots/ioconnect/chip.json'

interface Rv32Cost extends ChipSize {
  /** Of an ES256 signature. */
  signInstructions: number
  /** Of a message of 100 bytes, authcrypt over P-256. */
  authcryptInstructions: number
  /** Of a reading's leaf, for circuits. */
  circuitInstructions: number
}

interface ChipCost {
  compilers: Record<ChipName, string>
  rv32imc: Rv32Cost
  cortexM3: ChipSize
}

const NAMES = Object.keys(CHIPS) as ChipName[]
const ALL = Object.values(DEVICES).flat()

const secret = (byte: number) => new Uint8Array(32).fill(byte)

export async function measureRv32(): Promise<Rv32Cost> {
  const core = await Core.start('rv32imc', COUNTED, 'P-256')
  const count = async () => Number(await core.text('instructions'))
  try {
    await core.call('seed', secret(7))
    const signing = await core.key('P-256', 'sign', secret(1))
    await core.bytes('sign', signing, 'message')
    const signInstructions = await count()
    const agreement = await core.key('P-256', 'agree', secret(2))
    const jwk = JSON.stringify(new SecretKey('P-256', secret(3)).publicJwk)
    await core.bytes('encrypt', 0, 'x'.repeat(100), 'did:a:1#key-2', agreement, 'did:b:1#key-2', jwk)
    const authcryptInstructions = await count()
    const seed = Number(await core.text('circuit.seed', secret(4)))
    await core.bytes('circuit.key', seed)
    const openInstructions = await count()
    // The harness opens the key first.
    await core.bytes('circuit.sign.leaf', seed, 4690, 7, Buffer.alloc(20, 5), 1, 1_764_000_000_000, 1, 2, 3, 4, 5)
    const circuitInstructions = (await count()) - openInstructions
    return { ...chipSize('rv32imc', ALL), signInstructions, authcryptInstructions, circuitInstructions }
  } finally {
    await core.stop()
  }
}

/** Returns the snapshot; without the tools that the committed one is of, the committed one. */
export async function chipCostText(): Promise<string | undefined> {
  const path = join(ROOT, CHIP_COST)
  const committed = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const keep = (reason: string) => {
    process.stderr.write(`${CHIP_COST} is not measured: ${reason}\n`)
    return committed
  }
  const missing = NAMES.map(missingChip).find((reason) => reason !== undefined)
  if (missing !== undefined) return keep(missing)
  const compilers = Object.fromEntries(
    NAMES.map((name) => {
      const { compiler } = CHIPS[name]
      return [name, `${compiler} ${execFileSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' }).trim()}`]
    }),
  ) as ChipCost['compilers']
  const expected = committed === undefined ? compilers : (JSON.parse(committed) as ChipCost).compilers
  if (NAMES.some((name) => compilers[name] !== expected[name]))
    return keep(`it is of ${Object.values(expected).join(', ')}, and here are ${Object.values(compilers).join(', ')}`)
  const cost: ChipCost = { compilers, rv32imc: await measureRv32(), cortexM3: chipSize('cortexM3', ALL) }
  return `${JSON.stringify(cost, null, 2)}\n`
}
