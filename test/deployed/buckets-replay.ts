/**
 * Random histories of restaked buckets, replayed on the contracts and in the exact model: what slashes put down to each staker,
 * what it pays, what auctions and forced exits leave it, what it can take back, and what beneficiaries are paid in what order,
 * to the wei within these roundings. An exit and a loss are off by less than a wei for each change of their pool; a staker's
 * figures by the sum of its own; what beneficiaries are paid by the sum of all. Losses below a gwei are nobody's. L1 rewards
 * pass through to the wei.
 */
import { expect } from 'chai'
import type { Contract, Signer } from 'ethers'
import { ZeroAddress } from 'ethers'
import { network } from 'hardhat'
import { BucketsModel, DUST, type ModelExit, partOf } from '../msp/buckets-model.ts'
import { atMost, type Basket, plus, type Rational, ratio, ZERO } from '../msp/msp-model.ts'
import { deployStake, expectNear, HOUR, randomFrom } from '../msp/replay.ts'

const SEEDS = ['first', 'second', 'third', 'fourth']
const STEPS = 150
const STAKERS = 3
const ETHER = 10n ** 18n
const DAY = 24n * HOUR
/** What a payment exceeds a debt by, so that roundings do not decide whether it is paid. */
const CLEAR = 1_000_000n

describe('restaked buckets beside their model', () => {
  const counts = {
    ...{ deposited: 0, delegated: 0, left: 0, claimed: 0, slashed: 0, died: 0, realised: 0, exitsRealised: 0, paid: 0 },
    ...{ seized: 0, soldAbove: 0, soldBelow: 0, redeemed: 0, withdrawn: 0, coin: 0, added: 0, lost: 0, collected: 0 },
    ...{ rewards: 0 },
  }

  for (const seed of SEEDS)
    it(`agree on ${STEPS} random steps (seed "${seed}")`, async () => {
      const connection = await network.create()
      const { ethers, provider } = connection
      const signers = (await ethers.getSigners()) as unknown as Signer[]
      const [owner, slasher, operator, payer, ...others] = signers as [Signer, Signer, Signer, Signer, ...Signer[]]
      const stakers = others.slice(0, STAKERS)
      const people = await Promise.all(stakers.map((staker) => staker.getAddress()))
      const beneficiaries = await Promise.all(others.slice(STAKERS, STAKERS + 2).map((other) => other.getAddress()))
      const { deployContract, dims, validators, allocation, rewards, asset } = await deployStake(
        connection,
        owner,
        await slasher.getAddress(),
      )
      const staking = await deployContract('SystemStaking', [true])
      const vault = await deployContract('BucketVault', [staking, asset, allocation, dims, slasher, rewards])
      const by = (contract: Contract, signer: Signer) => contract.connect(signer) as Contract
      const random = randomFrom(seed)
      const pick = <T>(of: readonly T[]): T => of[Number(random(BigInt(of.length)))]!

      const validator = await operator.getAddress()
      await by(validators, operator).register!(0n, 0n)
      const baskets: Basket[] = []
      for (const [dim, basket] of [
        [1n, 1n],
        [2n, 2n],
      ] as const) {
        await by(allocation, operator).openBasket!([[dim, 10_000n]], false)
        baskets.push({ validator, basket, lines: new Map([[dim, 10_000n]]) })
      }
      const model = new BucketsModel(baskets)

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

      const exits = new Map<bigint, ModelExit & { unlockTime: bigint }>()
      const collected = new Map<string, bigint>()
      let nextBucket = 0n
      const pay = async (person: string, amount: bigint) => {
        await send(() => by(vault, payer).pay!(person, { value: amount }))
        model.pay(person, amount)
        counts.paid++
      }
      /** A debt that only roundings left would keep its staker from what the model lets it do. */
      const clearDust = async (person: string) => {
        const debt: bigint = await vault.debtOf!(person)
        if (debt > 0n && debt < CLEAR) await pay(person, debt + CLEAR)
      }
      const isOverdue = async (person: string) => {
        const { debt, indebtedAt } = await vault.accountOf!(person)
        return debt >= ETHER && time > indebtedAt + 7n * DAY
      }
      const overdueBucket = async (): Promise<bigint | undefined> => {
        for (const [id, { staker }] of model.buckets) if (await isOverdue(staker)) return id
        return undefined
      }
      const leave = async (index: number, person: string, part: bigint, request: () => Promise<unknown>) => {
        const { basket } = baskets[index]!
        const held: bigint = await vault.sharesOf!(person, validator, basket)
        await send(request)
        const exitId: bigint = await vault.exits!()
        const { unlockTime } = await vault.exitOf!(exitId)
        exits.set(exitId, { ...model.leave(index, person, ratio(held / part, held), time, unlockTime), unlockTime })
      }
      const realise = async (index: number, person: string, generation: bigint) => {
        const exact = model.lossOf(index, generation, person, time)
        const { basket } = baskets[index]!
        const loss: bigint = await vault.lossOf!(person, validator, basket, generation)
        expect(loss >= DUST, `loss of ${loss}`).to.equal(atMost(ratio(DUST), exact))
        if (loss < DUST) return
        await send(() => vault.realise!(person, validator, basket, generation))
        model.realise(index, generation, person, time)
        counts.realised++
      }
      const claim = async (exitId: bigint) => {
        const exit = exits.get(exitId)!
        exits.delete(exitId)
        await send(() => vault.claim!(exitId))
        model.claim(exit, time)
        counts.claimed++
      }

      const actions: Record<string, () => Promise<void>> = {
        deposit: async () => {
          const staker = pick(stakers)
          const amount = 100n * ETHER + random(1_000n * ETHER)
          const id = ++nextBucket
          await send(() => by(staking, staker).stake!(DAY, ZeroAddress, { value: amount }))
          await send(() => by(staking, staker).approve!(vault, id))
          await send(() => by(vault, staker).depositBucket!(id))
          model.deposit(id, await staker.getAddress(), amount)
          counts.deposited++
        },
        delegate: async () => {
          const staker = pick(stakers)
          const person = await staker.getAddress()
          await clearDust(person)
          const balance: bigint = await vault.balanceOf!(person)
          if (balance < ETHER || (await vault.debtOf!(person)) > 0n) return
          const amount = random(2n) === 0n ? balance : ETHER + random(balance - ETHER + 1n)
          const index = Number(random(2n))
          await send(() => by(vault, staker).delegate!(validator, baskets[index]!.basket, amount))
          model.delegate(index, person, amount, time)
          counts.delegated++
        },
        leave: async () => {
          const staker = pick(stakers)
          const person = await staker.getAddress()
          const index = Number(random(2n))
          const { basket } = baskets[index]!
          const held: bigint = await vault.sharesOf!(person, validator, basket)
          if (held === 0n) return
          const part = random(3n) === 0n ? 1n + random(4n) : 1n
          await leave(index, person, part, () => by(vault, staker).requestExit!(validator, basket, held / part))
          counts.left++
        },
        claim: async () => {
          const open = [...exits].filter(([, { unlockTime }]) => unlockTime <= time)
          if (open.length > 0) await claim(pick(open)[0])
        },
        slash: async () => {
          const index = Number(random(2n))
          const assets = model.pools.assetsOf(index, time)
          if (atMost(assets, ratio(ETHER))) return
          const whole = random(6n) === 0n
          const tenth = assets.numerator / assets.denominator / 10n
          const amount = whole ? 10n ** 30n : tenth + random(4n * tenth)
          const beneficiary = pick(beneficiaries)
          const { basket } = baskets[index]!
          await send(() => by(vault, slasher).slash!(validator, basket, amount, beneficiary))
          model.slash(index, amount, beneficiary, time)
          if (whole) counts.died++
          else counts.slashed++
        },
        realise: async () => {
          const index = Number(random(2n))
          const person = pick(people)
          for (let generation = 0n; generation <= model.pools.generationOf(index); generation++)
            await realise(index, person, generation)
        },
        realiseExit: async () => {
          for (const [exitId, exit] of exits) {
            if (atMost(exit.basis, plus(exit.value(), ratio(DUST)))) continue
            await send(() => vault.realiseExit!(exitId))
            model.realiseExit(exit)
            counts.exitsRealised++
          }
        },
        pay: async () => {
          const person = pick(people)
          const debt: bigint = await vault.debtOf!(person)
          if (debt === 0n) return
          await pay(person, random(2n) === 0n ? debt + CLEAR + random(ETHER) : debt / 2n + 1n)
        },
        seize: async () => {
          for (const person of people)
            for (const [index, { basket }] of baskets.entries()) {
              const held: bigint = await vault.sharesOf!(person, validator, basket)
              if (held === 0n || !(await isOverdue(person))) continue
              await leave(index, person, 1n, () => by(vault, payer).seize!(person, validator, basket))
              counts.seized++
            }
        },
        sell: async () => {
          const id = await overdueBucket()
          if (id === undefined) return
          const startedAt = time + 1n
          await send(() => vault.auction!(id))
          await pass(random(4n * DAY))
          const { staker, counts: counted } = model.buckets.get(id)!
          const price: bigint = await vault.priceOf!(id)
          const exact = model.priceOf(id, partOf(time - startedAt, 3n * DAY))
          expectNear(price, exact, ratio(model.accountOf(staker).slack + 2n), `price of ${id}`)
          const buyer = by(vault, payer)
          const paid: bigint = await (async () => {
            await send(() => buyer.buy!(id, { value: price }))
            const [sold] = await vault.queryFilter!(vault.filters.BucketSold!(id))
            return (sold as unknown as { args: { price: bigint } }).args.price
          })()
          expect(await staking.ownerOf!(id)).to.equal(await payer.getAddress())
          model.sell(id, paid)
          if (atMost(counted, ratio(paid - 1n))) counts.soldAbove++
          else counts.soldBelow++
        },
        redeem: async () => {
          const id = await overdueBucket()
          if (id === undefined) return
          await send(() => vault.unlock!(id))
          await pass(DAY)
          await send(() => vault.unstake!(id))
          await pass(3n * DAY)
          const { contains } = model.buckets.get(id)!
          expect(await vault.redeem!.staticCall(id)).to.equal(contains.numerator)
          await send(() => vault.redeem!(id))
          model.sell(id, contains.numerator)
          counts.redeemed++
        },
        withdraw: async () => {
          const [id, { staker: person, counts: counted, contains }] = pick([...model.buckets])
          const balance: bigint = await vault.balanceOf!(person)
          const debt: bigint = await vault.debtOf!(person)
          const lacks = balance < counted.numerator ? counted.numerator - balance : 0n
          const due = (lacks > debt ? lacks : debt) + (await vault.shortfallOf!(person))
          if (due > 50n * ETHER) return
          const staker = stakers[people.indexOf(person)]!
          const value = due === 0n ? 0n : due + CLEAR
          await send(() => by(vault, staker).withdrawBucket!(id, person, { value }))
          if (value > 0n) model.pay(person, value)
          model.withdrawBucket(id)
          expect((await staking.bucketOf!(id))[0]).to.equal(contains.numerator)
          expect(await staking.ownerOf!(id)).to.equal(person)
          counts.withdrawn++
        },
        coin: async () => {
          const staker = pick(stakers)
          const person = await staker.getAddress()
          const { coin } = await vault.accountOf!(person)
          const balance: bigint = await vault.balanceOf!(person)
          const free = coin < balance ? coin : balance
          if (free === 0n) return
          const amount = 1n + random(free)
          await send(() => by(vault, staker).withdraw!(amount, person))
          model.withdrawCoin(person, amount)
          counts.coin++
        },
        add: async () => {
          const [id] = pick([...model.buckets])
          const amount = 1n + random(20n * ETHER)
          await send(() => by(staking, payer).topUp!(id, { value: amount }))
          model.change(id, amount)
          await remeasure(id)
          counts.added++
        },
        lose: async () => {
          const [id, { contains }] = pick([...model.buckets])
          const amount = 1n + random(contains.numerator / (random(3n) === 0n ? 2n : 20n))
          await send(() => staking.take!(id, amount))
          model.change(id, -amount)
          if (random(2n) === 0n) await remeasure(id)
          counts.lost++
        },
        collect: async () => {
          for (const beneficiary of beneficiaries) {
            const funded: bigint = await vault.fundedFor!(beneficiary)
            if (funded === 0n) continue
            await send(() => vault.collect!(beneficiary))
            model.collect(beneficiary, funded)
            collected.set(beneficiary, (collected.get(beneficiary) ?? 0n) + funded)
            counts.collected++
          }
        },
        reward: async () => {
          const person = pick(people)
          const escrow: string = await vault.escrowOf!(person)
          if ((await provider.request({ method: 'eth_getCode', params: [escrow, 'latest'] })) === '0x') return
          const amount = 1n + random(ETHER)
          await send(() => payer.sendTransaction({ to: escrow, value: amount }))
          const before = await ethers.provider.getBalance(person)
          const contract = (await ethers.getContractAt('BucketEscrow', escrow)) as unknown as Contract
          await send(() => by(contract, payer).forward!(ZeroAddress))
          expect((await ethers.provider.getBalance(person)) - before).to.equal(amount)
          counts.rewards++
        },
      }
      const remeasure = async (id: bigint) => {
        const { staker, counts: counted, contains } = model.buckets.get(id)!
        const balance: bigint = await vault.balanceOf!(staker)
        if (atMost(contains, counted) && (balance === 0n || atMost(counted, contains))) return
        await send(() => vault.remeasure!(id))
        model.remeasure(id)
        const { amount } = await vault.bucketOf!(id)
        const { slack } = model.accountOf(staker)
        expectNear(amount, model.buckets.get(id)!.counts, ratio(slack), `bucket ${id}`)
        // Where the balance bore only a part of a loss, a rounding of it stays in what the bucket counts for.
        model.buckets.get(id)!.counts = ratio(amount)
      }
      const frequent = 'deposit delegate delegate delegate leave claim claim slash slash realise realise realiseExit'
      const rare = 'pay seize sell sell redeem withdraw coin add lose collect reward'
      const names = `${frequent} ${rare}`.split(' ')

      const check = async (step: number | string) => {
        for (const person of people) {
          const { balance, coin, debt, shortfall, slack } = model.accountOf(person)
          const account = await vault.accountOf!(person)
          const near = (actual: bigint, exact: Rational, what: string) =>
            expectNear(actual, exact, ratio(slack), `step ${step}: ${what} of ${person}`)
          near(await vault.balanceOf!(person), balance, 'balance')
          near(account.coin, coin, 'coin')
          near(account.debt, debt, 'debt')
          near(await vault.shortfallOf!(person), shortfall, 'shortfall')
        }
        for (const beneficiary of beneficiaries)
          expectNear(
            await vault.fundedFor!(beneficiary),
            model.fundedFor(beneficiary),
            ratio(model.slack),
            `step ${step}: funded for ${beneficiary}`,
          )
        expect(await ethers.provider.getBalance(vault)).to.equal((await vault.pot!()) + (await vault.coins!()))
      }

      for (let step = 0; step < STEPS; step++) {
        await pass(1n + random([60n, 3n * HOUR, 12n * HOUR, DAY, 4n * DAY][Number(random(5n))]!))
        const name = model.buckets.size === 0 ? 'deposit' : step < 9 ? names[step % 4]! : pick(names)
        await actions[name]!()
        await check(step)
        const index = Number(random(2n))
        const person = pick(people)
        const { basket } = baskets[index]!
        const stake: bigint = await vault.stakeOf!(person, validator, basket)
        const slack = model.pools.stakeSlack(index)
        expectNear(stake, model.pools.stakeOf(index, person, time), ratio(slack), `step ${step}: stake`)
        const generation = random(model.pools.generationOf(index) + 1n)
        expectNear(
          await vault.lossOf!(person, validator, basket, generation),
          model.lossOf(index, generation, person, time),
          ratio(slack + model.accountOf(person).slack),
          `step ${step}: loss`,
        )
      }

      // In the end everything leaves, and whoever owes pays: then what slashes took was paid, but for what is nobody's.
      for (const [index, { basket }] of baskets.entries())
        for (const [i, person] of people.entries()) {
          for (let generation = 0n; generation <= model.pools.generationOf(index); generation++)
            await realise(index, person, generation)
          const held: bigint = await vault.sharesOf!(person, validator, basket)
          if (held === 0n) continue
          await leave(index, person, 1n, () => by(vault, stakers[i]!).requestExit!(validator, basket, held))
        }
      await pass(8n * DAY)
      const dust = model.slack + DUST * (BigInt(exits.size) + BigInt(counts.claimed) + 6n)
      for (const exitId of [...exits.keys()]) await claim(exitId)
      for (const person of people) {
        const debt: bigint = await vault.debtOf!(person)
        if (debt > 0n) await pay(person, debt + CLEAR + (await vault.shortfallOf!(person)))
      }
      await check('last')
      expectNear(model.unsettled.numerator / model.unsettled.denominator, ZERO, ratio(dust), 'unsettled')
      await actions.collect!()
      for (const beneficiary of beneficiaries)
        expect(await asset.balanceOf!(beneficiary)).to.equal(collected.get(beneficiary) ?? 0n)
    })

  it('did all of it', () => {
    expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).to.be.greaterThan(0)
  })
})
