/**
 * Random histories of restaked stake and its rewards, replayed on the contracts and in the exact model: what each staker has,
 * what each exit pays, what backs each DIM, and what each claim pays, to the wei within these roundings. A stake is off by less
 * than a wei for each change of its pool; a weight, besides, by as much of it as such a wei was of the pool; a claim by what
 * that makes of its share, and by a wei for each epoch.
 */
import { expect } from 'chai'
import type { Contract, Signer } from 'ethers'
import { network } from 'hardhat'
import {
  atMost,
  type Basket,
  epochOf,
  MspModel,
  plus,
  type Rational,
  ratio,
  type Share,
  ZERO,
} from '../msp/msp-model.ts'
import { deployStake, expectNear, HOUR, randomFrom } from '../msp/replay.ts'

const SEEDS = ['first', 'second', 'third', 'fourth']
const STEPS = 110
const STAKERS = 4
const ETHER = 10n ** 18n
describe('restaked stake and its rewards beside their model', () => {
  const counts = { joined: 0, left: 0, slashed: 0, died: 0, exits: 0, claims: 0, forfeited: 0, refunds: 0 }

  for (const seed of SEEDS)
    it(`agree on ${STEPS} random steps (seed "${seed}")`, async () => {
      const connection = await network.create()
      const { ethers, provider } = connection
      const signers = (await ethers.getSigners()) as unknown as Signer[]
      const [owner, slasher, first, second, ...others] = signers as [Signer, Signer, Signer, Signer, ...Signer[]]
      const stakers = others.slice(0, STAKERS)
      const people = await Promise.all(stakers.map((staker) => staker.getAddress()))
      const beneficiary = await slasher.getAddress()
      const { deployContract, dims, validators, allocation, rewards, asset } = await deployStake(
        connection,
        owner,
        beneficiary,
      )
      const token = await deployContract('WrappedIOTX')
      const vault = await deployContract('TokenVault', [asset, allocation, dims, slasher, rewards])
      const by = (contract: Contract, signer: Signer) => contract.connect(signer) as Contract
      const random = randomFrom(seed)
      const pick = <T>(of: readonly T[]): T => of[Number(random(BigInt(of.length)))]!

      // Two validators and three baskets, one of which rehypothecates.
      const baskets: Basket[] = []
      const open = async (signer: Signer, lines: [bigint, bigint][], basket: bigint) => {
        await by(allocation, signer).openBasket!(lines, true)
        baskets.push({ validator: await signer.getAddress(), basket, lines: new Map(lines) })
      }
      for (const signer of [first, second]) await by(validators, signer).register!(0n, 0n)
      await open(first, [[1n, 10_000n]], 1n)
      await open(
        first,
        [
          [1n, 10_000n],
          [2n, 3_333n],
        ],
        2n,
      )
      await open(second, [[2n, 7_000n]], 1n)
      const model = new MspModel(baskets)
      const signerOf = new Map([
        [await first.getAddress(), first],
        [await second.getAddress(), second],
      ])

      let time = BigInt((await ethers.provider.getBlock('latest'))!.timestamp)
      /** Mines a block so many seconds after the last. */
      const pass = async (seconds: bigint) => {
        time += seconds
        await provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(time)] })
        await provider.request({ method: 'evm_mine', params: [] })
      }
      /** Does what writes a second later: `time` is the block's then. */
      const send = async (write: () => Promise<unknown>) => {
        time += 1n
        await provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(time)] })
        await write()
      }
      const serve = async (validator: string, dim: bigint, serves: boolean) => {
        await send(() => by(validators, signerOf.get(validator)!).opt!(dim, serves))
        model.setServing(validator, dim, serves, time)
      }
      for (const { validator, lines } of baskets)
        for (const dim of lines.keys()) {
          await send(() => validators.accept!(dim, validator, true))
          await serve(validator, dim, true)
        }

      const exits: { id: bigint; index: number; value: () => Rational; unlockTime: bigint }[] = []
      const claimed = new Map<string, bigint>()
      const commissions = new Map<string, { exact: Rational; slack: Rational }>()
      const potOf = (dim: bigint) => ({ dim, vault, token })
      const wei = (count: bigint) => ratio(count)

      const claim = async (dim: bigint, index: number, person: string, generation: bigint, segments: bigint) => {
        const { validator, basket } = baskets[index]!
        const position = { validator, basket, generation, staker: person }
        const key = `${dim} ${index} ${person} ${generation}`
        const before: bigint = await token.balanceOf!(person)
        await send(() => rewards.advance!(potOf(dim), 1_000n))
        await send(() => rewards.claim!(potOf(dim), position, segments))
        const paid = ((await token.balanceOf!(person)) as bigint) - before
        const until: bigint = await rewards.claimedUntil!(potOf(dim), position)
        if (segments > 1_000n) expect(until).to.be.oneOf([0n, epochOf(time)])
        const earned: Share = { staker: ZERO, validator: ZERO, forfeited: ZERO, slack: wei(1n) }
        for (let epoch = claimed.get(key) ?? firstEpoch; epoch < until; epoch++) {
          const share = model.earnedIn(dim, index, generation, person, epoch)
          for (const part of ['staker', 'validator', 'forfeited', 'slack'] as const)
            earned[part] = plus(earned[part], share[part])
        }
        expectNear(paid, earned.staker, earned.slack, `claim of ${key} until ${until}`)
        claimed.set(key, until)
        const commission = commissions.get(`${dim} ${validator}`) ?? { exact: ZERO, slack: wei(1n) }
        commissions.set(`${dim} ${validator}`, {
          exact: plus(commission.exact, earned.validator),
          slack: plus(commission.slack, earned.slack),
        })
        if (paid > 0n) counts.claims++
        if (earned.forfeited.numerator === 0n) return
        counts.forfeited++
        model.fund(dim, epochOf(time) + 1n, earned.forfeited)
      }
      const firstEpoch = epochOf(time)

      const actions: (() => Promise<void>)[] = [
        async () => {
          const staker = pick(stakers)
          const index = Number(random(3n))
          const amount = ETHER + random(1_000n * ETHER)
          const { validator, basket } = baskets[index]!
          await send(() => by(asset, staker).deposit!({ value: amount }))
          await send(() => by(asset, staker).approve!(vault, amount))
          await send(() => by(vault, staker).deposit!(amount, staker))
          await send(() => by(vault, staker).delegate!(validator, basket, amount))
          model.join(index, await staker.getAddress(), amount, time)
          counts.joined++
        },
        async () => {
          const staker = pick(stakers)
          const person = await staker.getAddress()
          const index = Number(random(3n))
          const { validator, basket } = baskets[index]!
          const held: bigint = await vault.sharesOf!(person, validator, basket)
          if (held === 0n) return
          const part = random(3n) === 0n ? 1n : 1n + random(6n)
          const shares = held / part
          await send(() => by(vault, staker).requestExit!(validator, basket, shares))
          const exitId: bigint = await vault.exits!()
          const { unlockTime } = await vault.exitOf!(exitId)
          const value = model.leave(index, person, ratio(shares, held), time, unlockTime)
          exits.push({ id: exitId, index, value, unlockTime })
          counts.left++
        },
        async () => {
          const index = Number(random(3n))
          const { validator, basket } = baskets[index]!
          const assets = model.assetsOf(index, time)
          if (atMost(assets, ratio(ETHER))) return
          const whole = random(4n) === 0n
          const amount = whole ? 10n ** 30n : 1n + random(assets.numerator / assets.denominator / 2n)
          const before: bigint = await vault.collectable!(beneficiary)
          await send(() => by(vault, slasher).slash!(validator, basket, amount, beneficiary))
          const taken = ((await vault.collectable!(beneficiary)) as bigint) - before
          const exact = model.slash(index, amount, time)
          expectNear(taken, exact, wei(model.stakeSlack(index)), 'slashed')
          if (whole) counts.died++
          else counts.slashed++
        },
        async () => {
          const open = exits.filter(({ unlockTime }) => unlockTime <= time)
          if (open.length === 0) return
          const exit = pick(open)
          exits.splice(exits.indexOf(exit), 1)
          const { owner: person } = await vault.exitOf!(exit.id)
          const before: bigint = await vault.balanceOf!(person)
          await send(() => vault.claim!(exit.id))
          const paid = ((await vault.balanceOf!(person)) as bigint) - before
          expectNear(paid, exit.value(), wei(model.stakeSlack(exit.index)), `exit ${exit.id}`)
          model.pay(exit.index, time)
          counts.exits++
        },
        async () => {
          const dim = pick([1n, 2n])
          const count = 1n + random(6n)
          const amount = random(10n) === 0n ? 1n : 1n + random(100n * ETHER)
          await send(() => by(token, owner).deposit!({ value: amount * count }))
          await send(() => by(token, owner).approve!(rewards, amount * count))
          const begin = epochOf(time + 1n) + 1n + random(3n)
          await send(() => by(rewards, owner).fund!(potOf(dim), begin, count, amount))
          for (let i = 0n; i < count; i++) model.fund(dim, begin + i, ratio(amount))
        },
        async () => {
          const index = Number(random(3n))
          const generation = model.generationOf(index)
          const segments = pick([1n, 2n, 10_000n])
          await claim(pick([1n, 2n]), index, pick(people), random(generation + 1n), segments)
        },
        async () => {
          const { validator, lines } = pick(baskets)
          await serve(validator, pick([...lines.keys()]), random(3n) !== 0n)
        },
        async () => {
          const index = Number(random(3n))
          const { validator, basket } = baskets[index]!
          await send(() => rewards.sync!(vault, validator, basket))
          model.sync(index, time)
        },
        async () => {
          const { validator } = pick(baskets)
          const commission = pick([0n, 333n, 2_000n, 10_000n])
          await send(() => by(validators, signerOf.get(validator)!).setCommission!(commission))
          model.setCommission(validator, commission, time)
        },
        async () => {
          const dim = pick([1n, 2n])
          const person = await owner.getAddress()
          for (let epoch = firstEpoch + 1n; epoch < epochOf(time); epoch++) {
            const given: bigint = await rewards.contributionOf!(potOf(dim), epoch, person)
            // Of a total that may be nothing in one, and a wei in the other, nothing is expected.
            const { total, slack } = model.totalIn(dim, epoch)
            if (given === 0n || (total.numerator !== 0n && atMost(total, wei(slack)))) continue
            expect(await rewards.isRefundable!(potOf(dim), epoch)).to.equal(total.numerator === 0n)
            if (total.numerator !== 0n) continue
            await send(() => rewards.refund!(potOf(dim), epoch, person))
            model.fund(dim, epoch, ratio(-given))
            counts.refunds++
            return
          }
        },
      ]
      const frequent = [0, 0, 0, 0, 1, 1, 2, 3, 4, 4, 5, 5, 5, 6, 7, 8, 9, 9]

      for (let step = 0; step < STEPS; step++) {
        // Several times an epoch mostly; now and then some days.
        await pass(1n + random([60n, 3n * HOUR, 12n * HOUR, 24n * HOUR, 90n * HOUR][Number(random(5n))]!))
        // Before anyone joins there is something to refund.
        await actions[step < 3 ? 4 : pick(frequent)]!()

        const index = Number(random(3n))
        const { validator, basket } = baskets[index]!
        const person = pick(people)
        const stake: bigint = await vault.stakeOf!(person, validator, basket)
        expectNear(stake, model.stakeOf(index, person, time), wei(model.stakeSlack(index)), `step ${step}: stake`)
        const generation: bigint = await vault.generationOf!(validator, basket)
        expect(generation).to.equal(model.generationOf(index))
        for (const epoch of [epochOf(time) - random(6n), epochOf(time), epochOf(time) + 1n]) {
          const { weight } = await vault.weightOf!(person, validator, basket, generation, epoch)
          const exact = model.weightIn(index, generation, person, epoch)
          expectNear(weight, exact, wei(model.weightSlack(index, exact)), `step ${step}: weight in ${epoch}`)
          for (const dim of [1n, 2n]) {
            const { total, slack: totalSlack } = model.totalIn(dim, epoch)
            const actual: bigint = await rewards.totalIn!(dim, vault, epoch)
            expectNear(actual, total, wei(totalSlack), `step ${step}: total of ${dim} in ${epoch}`)
          }
        }
      }

      // In the end everyone claims everything of every generation.
      await pass(8n * 24n * HOUR)
      for (const dim of [1n, 2n])
        for (const index of baskets.keys())
          for (const person of people)
            for (let generation = 0n; generation <= model.generationOf(index); generation++) {
              await claim(dim, index, person, generation, 10_000n)
            }
      let left = 0n
      for (const dim of [1n, 2n]) {
        for (const validator of signerOf.keys()) {
          const { exact, slack } = commissions.get(`${dim} ${validator}`) ?? { exact: ZERO, slack: wei(0n) }
          const commission: bigint = await rewards.commissionOf!(potOf(dim), validator)
          expectNear(commission, exact, slack, `commission of ${validator}`)
        }
        left += (await rewards.balanceOf!(potOf(dim))).left
      }
      expect(await token.balanceOf!(rewards)).to.equal(left)
    })

  it('did all of it', () => {
    expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).to.be.greaterThan(0)
  })
})
