/**
 * The contracts that a coordinator reads and calls: fleet, tasks, router.
 * @module
 */
import { connectFleetManager, type FleetManager } from '@iotex2/chain/contracts/FleetManager'
import { connectW3bstreamRouter, type W3bstreamRouter } from '@iotex2/chain/contracts/W3bstreamRouter'
import { connectW3bstreamTaskManager, type W3bstreamTaskManager } from '@iotex2/chain/contracts/W3bstreamTaskManager'
import type { Deployment } from '@iotex2/chain/deployment'
import { reach } from '@iotex2/chain/provider'
import type { TransactionSender } from '@iotex2/chain/sender'
import { BATCH_VM_TYPE } from '@iotex2/protocol/batch'
import { type Hex, toHex32 } from '@iotex2/protocol/hex'
import { type JsonRpcProvider, type TransactionReceipt, ZeroAddress } from 'ethers'

/** What the chain holds about an assigned or settled task. */
export interface TaskRecord {
  /** Lower case. */
  prover: Hex
  /** In seconds since the epoch. */
  deadline: number
  settled: boolean
}

export type ProverStatus = 'unregistered' | 'offline' | 'idle' | 'busy'
const STATUSES: readonly ProverStatus[] = ['unregistered', 'offline', 'idle', 'busy']

export interface FleetMember {
  address: Hex
  proverId: bigint
  status: ProverStatus
  stakeWei: bigint
  /** In seconds since the epoch. */
  lastHeartbeat: number
}

/** Provers asked for at once. */
const PAGE = 100n

export class TaskContracts {
  readonly provider: JsonRpcProvider
  readonly router: Hex
  readonly #sender: TransactionSender
  readonly #fleet: FleetManager
  readonly #tasks: W3bstreamTaskManager
  readonly #router: W3bstreamRouter

  constructor(provider: JsonRpcProvider, sender: TransactionSender, deployment: Deployment) {
    this.provider = provider
    this.#sender = sender
    this.router = deployment.address('router').toLowerCase() as Hex
    this.#fleet = connectFleetManager(deployment.address('fleetManager'), provider)
    this.#tasks = connectW3bstreamTaskManager(deployment.address('taskManager'), provider)
    this.#router = connectW3bstreamRouter(this.router, provider)
  }

  /** The coordinator's own address, an operator of the task manager. */
  get address(): Hex {
    return this.#sender.address.toLowerCase() as Hex
  }

  isOperator(): Promise<boolean> {
    return this.#read(() => this.#tasks.operators(this.#sender.address))
  }

  /** Returns the newest block's number and its time in seconds. Deadlines are by this clock. */
  async head(): Promise<{ number: number; time: number }> {
    const block = await this.#read(() => this.provider.send('eth_getBlockByNumber', ['latest', false]))
    return { number: Number(block.number), time: Number(block.timestamp) }
  }

  /** Returns the task's record, or undefined while it is assigned to nobody. */
  async record(projectId: bigint, taskId: string): Promise<TaskRecord | undefined> {
    const { prover, deadline, settled } = await this.#read(() => this.#tasks.records(projectId, taskId))
    if (prover === ZeroAddress) return undefined
    return { prover: prover.toLowerCase() as Hex, deadline: Number(deadline), settled }
  }

  /** Returns at most `limit` provers of this circuit that are Idle. */
  async idleProvers(limit: number): Promise<Hex[]> {
    const provers = await this.#read(() => this.#fleet.idleProvers(BATCH_VM_TYPE, limit))
    return provers.map((prover) => prover.toLowerCase() as Hex)
  }

  /** Returns the ioID of a registered prover. */
  proverId(prover: Hex): Promise<bigint> {
    return this.#read(() => this.#fleet.proverIdOf(prover))
  }

  /** Returns the project whose machines are provers, not devices. */
  proverProject(): Promise<bigint> {
    return this.#read(() => this.#fleet.proverProject())
  }

  async fleet(): Promise<FleetMember[]> {
    const members: FleetMember[] = []
    for (let start = 0n; ; start += PAGE) {
      const page = await this.#read(() => this.#fleet.provers(start, PAGE))
      for (const { prover, proverId, status, stake, lastHeartbeat } of page)
        members.push({
          address: prover.toLowerCase() as Hex,
          proverId,
          status: STATUSES[Number(status)] ?? 'offline',
          stakeWei: stake,
          lastHeartbeat: Number(lastHeartbeat),
        })
      if (BigInt(page.length) < PAGE) return members
    }
  }

  async assign(
    projectId: bigint,
    taskId: string,
    root: bigint,
    prover: Hex,
    deadline: number,
  ): Promise<TransactionReceipt> {
    const assign = this.#tasks['assign((uint256,bytes32,bytes32,bytes,address),address,uint256)']
    const assignment = { projectId, taskId, hash: toHex32(root), signature: '0x', prover }
    const call = await assign.populateTransaction(assignment, this.#sender.address, deadline)
    return this.#sender.send(`assign ${taskId}`, call)
  }

  async settle(projectId: bigint, taskId: string, proof: Hex, signals: readonly bigint[]): Promise<TransactionReceipt> {
    const call = await this.#router.settle.populateTransaction(projectId, taskId, proof, signals)
    return this.#sender.send(`settle ${taskId}`, call)
  }

  async recall(projectId: bigint, taskId: string): Promise<TransactionReceipt> {
    const call = await this.#tasks.recall.populateTransaction(projectId, taskId)
    return this.#sender.send(`recall ${taskId}`, call)
  }

  #read<T>(request: () => Promise<T>): Promise<T> {
    return reach(this.provider, request)
  }
}
