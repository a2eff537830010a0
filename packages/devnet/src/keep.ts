/**
 * Keeps a network for as long as a command needs it: until its work is done, a part of it ends, or Ctrl-C.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Devnet, type DevnetOptions, startDevnet } from './devnet.ts'

/** Thrown when a part of a running network ends by itself. Code SERVICE_ENDED. */
export class ServiceEndedError extends CodedError {
  constructor(name: string, code: number | NodeJS.Signals, logFile: string) {
    super('SERVICE_ENDED', `${name} ended with ${code}. Its log is ${logFile}.`)
  }
}

/** Exit code of a command that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130

/**
 * Starts a network, runs `use` on it, stops all of it and ends this process. Throws what `use` throws, and
 * {@link ServiceEndedError} when a part of the network ends by itself.
 */
export async function keepDevnet(options: DevnetOptions, use: (devnet: Devnet) => Promise<void>): Promise<void> {
  let devnet: Devnet | undefined
  const interrupted = new Promise<'interrupted'>((interrupt) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt('interrupted'))
  })
  const run = async () => {
    devnet = await startDevnet(options)
    await Promise.race([use(devnet), partEnded(devnet)])
  }
  try {
    if ((await Promise.race([run(), interrupted])) === 'interrupted') process.exitCode = INTERRUPTED
  } finally {
    process.stderr.write('Stopping …\n')
    await devnet?.stop()
  }
  // A build or a deployment may still run after an interrupt: it ends with this process.
  process.exit()
}

/** Rejects when a process of the network ends that nobody asked to. */
const partEnded = (devnet: Devnet): Promise<never> =>
  new Promise((_, reject) =>
    devnet.onUnexpectedExit((name, code) => reject(new ServiceEndedError(name, code, devnet.process(name).logFile))),
  )
