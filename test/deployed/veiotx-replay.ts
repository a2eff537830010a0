/**
 * Random histories of veIOTX, replayed on the contract and in the exact model: every refusal by its error, and the votes of
 * everyone at past seconds, which are the exact ones rounded down by less than MAX_DURATION wei a lock.
 */
import { expect } from 'chai'
import { type Contract, id, type Signer } from 'ethers'
import { network } from 'hardhat'
import {
  MAX_DURATION,
  MIN_DURATION,
  type Operation,
  type Rational,
  VeIOTXModel,
  WEEK,
} from '../governance/veiotx-model.ts'

const SEEDS = ['first', 'second', 'third', 'fourth']
const STEPS = 120
const PEOPLE = 5

/** Whole numbers from a seed: keccak256 in counter mode. */
function randomFrom(seed: string): (below: bigint) => bigint {
  let counter = 0
  return (below) => BigInt(id(`${seed} ${counter++}`)) % below
}

/** Throws unless `actual` is `exact`, rounded down once for each of `locks`. */
function expectRounded(actual: bigint, { votes, locks }: { votes: Rational; locks: bigint }, what: string): void {
  const { numerator, denominator } = votes
  expect(actual * denominator <= numerator, `${what}: ${actual} is more than ${numerator}/${denominator}`).to.equal(
    true,
  )
  const slack = locks * MAX_DURATION * denominator
  const near = actual * denominator + slack > numerator || locks === 0n
  expect(near, `${what}: ${actual} is too far below ${numerator}/${denominator}`).to.equal(true)
}

describe('veIOTX beside its model', () => {
  for (const seed of SEEDS)
    it(`agrees on ${STEPS} random steps (seed "${seed}")`, async () => {
      const connection = await network.create()
      const { provider } = connection
      const signers = (await connection.ethers.getSigners()).slice(0, PEOPLE) as unknown as Signer[]
      const people = await Promise.all(signers.map((signer) => signer.getAddress()))
      const contract = (await connection.ethers.deployContract('VeIOTX')) as unknown as Contract
      const model = new VeIOTXModel()
      const random = randomFrom(seed)
      let time = BigInt((await connection.ethers.provider.getBlock('latest'))!.timestamp)
      const refused = new Set<string>()
      const asked: bigint[] = []

      const someEnd = (): bigint => {
        // At bounds mostly; sometimes between them, too early or too late.
        const weeks = (time + MIN_DURATION) / WEEK - 1n + random(200n)
        return weeks * WEEK + (random(12n) === 0n ? 1n + random(WEEK - 1n) : 0n)
      }
      const someAmount = (): bigint =>
        random(15n) === 0n ? 0n : random(3n) === 0n ? 1n + random(3n * MAX_DURATION) : 1n + random(10n ** 20n)
      const someOperation = (): Operation => {
        const account = people[Number(random(BigInt(PEOPLE)))]!
        const held = model.lockOf(account)
        switch (random(6n)) {
          case 0n:
            return { kind: 'increase', account, amount: someAmount() }
          case 1n:
            return { kind: 'extend', account, end: held.end === 0n ? someEnd() : held.end + (random(20n) - 2n) * WEEK }
          case 2n:
            return { kind: 'delegate', account, delegatee: people[Number(random(BigInt(PEOPLE)))]! }
          case 3n:
            return { kind: 'withdraw', account }
          default:
            return { kind: 'lock', account, amount: someAmount(), end: someEnd() }
        }
      }
      const send = async (operation: Operation): Promise<string | undefined> => {
        const ve = contract.connect(signers[people.indexOf(operation.account)]!) as Contract
        // A refusal must be mined as any other call: the gas limit keeps ethers from asking beforehand.
        const gasLimit = 5_000_000
        const call = () => {
          switch (operation.kind) {
            case 'lock':
              return ve.lock!(operation.end, { value: operation.amount, gasLimit })
            case 'increase':
              return ve.increase!({ value: operation.amount, gasLimit })
            case 'extend':
              return ve.extend!(operation.end, { gasLimit })
            case 'delegate':
              return ve.delegate!(operation.delegatee, { gasLimit })
            case 'withdraw':
              return ve.withdraw!(operation.account, { gasLimit })
          }
        }
        try {
          await call()
          return undefined
        } catch (error) {
          const { data } = error as { data?: string }
          if (data === undefined || data === '0x') throw error
          return contract.interface.parseError(data)?.name ?? data
        }
      }

      for (let step = 0; step < STEPS; step++) {
        // Mostly some weeks; now and then a second, or half a lifetime of a lock.
        time += 1n + random([1n, WEEK, 10n * WEEK, 10n * WEEK, 90n * WEEK][Number(random(5n))]!)
        await provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(time)] })
        const operation = someOperation()
        const expected = model.apply(operation, time)
        expect(await send(operation), `step ${step}: ${JSON.stringify(operation, (_, v) => String(v))}`).to.equal(
          expected,
        )
        if (expected !== undefined) refused.add(expected)
        asked.push(time, time - 1n - random(WEEK))
      }

      time += 1n
      await provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(time)] })
      await provider.request({ method: 'evm_mine', params: [] })
      for (const past of asked) {
        const total: bigint = await contract.getPastTotalSupply!(past)
        const votes: bigint[] = await Promise.all(people.map((person) => contract.getPastVotes!(person, past)))
        expect(votes.reduce((sum, each) => sum + each, 0n)).to.equal(total)
        expectRounded(total, model.totalAt(past), `all at ${past}`)
        for (const [i, person] of people.entries())
          expectRounded(votes[i]!, model.votesAt(person, past), `${person} at ${past}`)
      }
      expect(await connection.ethers.provider.getBalance(contract)).to.equal(model.locked())
      expect(refused.size, [...refused].join()).to.be.greaterThan(4)
    })
})
