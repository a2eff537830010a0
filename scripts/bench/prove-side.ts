/**
 * One side of `pnpm bench prove`, in a process of its own: opens what it needs, then proves each time that it is told.
 * @module
 */
import { openAsBlob, readFileSync } from 'node:fs'
import os from 'node:os'
import type { Tables } from '@iotex2/groth16/prover'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'

/** What a side is to do. */
export interface SideOrder {
  side: 'snarkjs' | 'iotex2'
  zkey: string
  witness: string
  threads: number
  tableMemoryMiB: number
  /** Whether files are read before anything is timed, or by each side in its own way: for its memory. */
  inMemory: boolean
}

/** The answer to an order. */
export interface SideReady {
  /** Time to open the key, tables included: once. snarkjs has nothing to open. */
  openMs: number
  tables: Tables | null
}

/** The answer to each 'prove'. */
export interface SideProof {
  ms: number
  proof: Groth16Proof
  publicSignals: string[]
  /** Of this process so far. */
  peakMiB: number
}

type Prove = () => Promise<{ proof: Groth16Proof; publicSignals: string[] }>

async function prepare(order: SideOrder): Promise<SideReady & { prove: Prove; end: () => Promise<void> }> {
  const { inMemory } = order
  if (order.side === 'snarkjs') {
    const { curves, groth16 } = await import('snarkjs')
    // The curve that snarkjs proves with, and its workers.
    const pool = () => curves.getCurveFromName('bn128') as Promise<{ terminate(): Promise<void> }>
    const [zkey, witness] = inMemory
      ? [readFileSync(order.zkey), readFileSync(order.witness)]
      : [order.zkey, order.witness]
    const singleThread = order.threads === 1
    // ffjavascript starts a worker for each processor that it sees.
    const cpus = os.cpus()
    os.cpus = () => Array.from({ length: order.threads }, () => cpus[0]!)
    // Its workers are started once in a process, its curve on one thread for each proof: that is its API.
    if (!singleThread) await pool()
    return {
      openMs: 0,
      tables: null,
      prove: () => groth16.prove(zkey, witness, undefined, { singleThread }),
      end: async () => {
        if (!singleThread) await (await pool()).terminate()
      },
    }
  }
  const witness = readFileSync(order.witness)
  const zkey = inMemory ? readFileSync(order.zkey) : await openAsBlob(order.zkey)
  const { open } = await import('@iotex2/groth16/prover')
  const began = performance.now()
  const prover = await open(zkey, { threads: order.threads, tableMemoryMiB: order.tableMemoryMiB })
  return {
    openMs: performance.now() - began,
    tables: prover.tables,
    prove: () => prover.prove(witness),
    end: () => prover.dispose(),
  }
}

if (import.meta.main) {
  let side: Awaited<ReturnType<typeof prepare>> | undefined
  process.on('message', async (message: SideOrder | 'prove' | 'end') => {
    if (message === 'end') {
      await side!.end()
      process.disconnect()
    } else if (message === 'prove') {
      const began = performance.now()
      const { proof, publicSignals } = await side!.prove()
      const ms = performance.now() - began
      process.send!({ ms, proof, publicSignals, peakMiB: process.resourceUsage().maxRSS / 1024 } satisfies SideProof)
    } else {
      side = await prepare(message)
      process.send!({ openMs: side.openMs, tables: side.tables } satisfies SideReady)
    }
  })
}
