/**
 * Readings of the computer that this runs on, for profile `computer`.
 *
 * Processor load is the busy share of all processors' time since the measurement before, not the load average. Network
 * counters are totals since boot over all interfaces but loopback, from /proc/net/dev; Node has no such counters where
 * that file is not (macOS, Windows), and they are 0 there.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { type CpuInfo, cpus, freemem, totalmem, uptime } from 'node:os'
import type { Sample, Source } from './source.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** What a computer shows, for a test to set. */
export interface Computer {
  cpus(): Pick<CpuInfo, 'times'>[]
  totalMemoryBytes(): number
  /** Available to programs, page cache included. */
  freeMemoryBytes(): number
  uptimeSeconds(): number
  /** Text of /proc/net/dev, or undefined where there is none. */
  networkCounters(): Promise<string | undefined>
}

export const thisComputer: Computer = {
  cpus,
  totalMemoryBytes: totalmem,
  freeMemoryBytes: freemem,
  uptimeSeconds: uptime,
  networkCounters: () => readFile('/proc/net/dev', 'utf8').catch(() => undefined),
}

export class ComputerSource implements Source {
  readonly #now: () => number
  readonly #computer: Computer
  #times: ProcessorTimes
  #load = 0

  constructor(now: () => number, computer: Computer = thisComputer) {
    this.#now = now
    this.#computer = computer
    this.#times = processorTimes(computer)
  }

  async measure(): Promise<Sample> {
    const counters = await this.#computer.networkCounters()
    const { received, sent } = counters === undefined ? { received: 0, sent: 0 } : sumCounters(counters)
    return {
      time: this.#now(),
      values: {
        processorLoad: this.#measureLoad(),
        memoryUsed: (this.#computer.totalMemoryBytes() - this.#computer.freeMemoryBytes()) / MIB,
        uptime: this.#computer.uptimeSeconds(),
        networkReceived: received / KIB,
        networkSent: sent / KIB,
      },
    }
  }

  /** Processors' clocks tick every 10 ms: within a tick the load is the one before. */
  #measureLoad(): number {
    const times = processorTimes(this.#computer)
    const total = times.total - this.#times.total
    if (total <= 0) return this.#load
    const busy = total - (times.idle - this.#times.idle)
    this.#times = times
    this.#load = Math.min(100, Math.max(0, (100 * busy) / total))
    return this.#load
  }
}

/** Milliseconds since boot, over all processors. */
interface ProcessorTimes {
  idle: number
  total: number
}

function processorTimes(computer: Computer): ProcessorTimes {
  const times: ProcessorTimes = { idle: 0, total: 0 }
  for (const { times: cpu } of computer.cpus()) {
    times.idle += cpu.idle
    times.total += cpu.user + cpu.nice + cpu.sys + cpu.idle + cpu.irq
  }
  return times
}

/** Returns the bytes in a text of /proc/net/dev, loopback left out (see proc_net(5)). */
export function sumCounters(text: string): { received: number; sent: number } {
  const sum = { received: 0, sent: 0 }
  for (const line of text.split('\n')) {
    const [, name, counters] = /^\s*(\S+?):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || name === 'lo') continue
    const columns = counters!.trim().split(/\s+/).map(Number)
    sum.received += columns[0] ?? 0
    sum.sent += columns[8] ?? 0
  }
  return sum
}
