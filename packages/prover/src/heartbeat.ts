/**
 * Tells the fleet manager that the prover is alive, a third of the timeout apart, and whether it is registered at all.
 * @module
 */
import type { FleetManager } from '@iotex2/chain/contracts/FleetManager'
import type { TransactionSender } from '@iotex2/chain/sender'
import { BATCH_VM_TYPE } from '@iotex2/protocol/batch'
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when the fleet does not know the prover. Code PROVER_NOT_REGISTERED. */
export class ProverNotRegisteredError extends CodedError {
  constructor(prover: string) {
    super(
      'PROVER_NOT_REGISTERED',
      `${prover} is not in the fleet: give it an ioID in the provers' project and stake, then call register (docs/operator.md).`,
    )
  }
}

const UNREGISTERED = 0n

/** Checks that the prover may serve, and tells the fleet what it proves. Throws {@link ProverNotRegisteredError}. */
export async function prepareProver(fleet: FleetManager, sender: TransactionSender): Promise<void> {
  if ((await fleet.statusOf(sender.address)) === UNREGISTERED) throw new ProverNotRegisteredError(sender.address)
  if (!(await fleet.isVMTypeSupported(sender.address, BATCH_VM_TYPE)))
    await sender.send('add VM type', await fleet.addVMType.populateTransaction(BATCH_VM_TYPE))
}

/** Sends a heartbeat now and then until `signal` aborts. A failed one is reported and made up for by the next. */
export async function keepHeartbeat(
  fleet: FleetManager,
  sender: TransactionSender,
  report: (outcome: { ok: boolean; error?: unknown }) => void,
  signal: AbortSignal,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let intervalMs = 5_000
  while (!signal.aborted) {
    try {
      await sender.send('heartbeat', await fleet.heartbeat.populateTransaction())
      intervalMs = Math.max(1_000, (Number(await fleet.heartbeatTimeout()) * 1000) / 3)
      report({ ok: true })
    } catch (error) {
      report({ ok: false, error })
    }
    await sleep(intervalMs, signal)
  }
}
