/**
 * What the explorer shows of restaked stake: amounts as the chain has them at its head, everything else as the events tell.
 * Shapes: packages/explorer/src/stake/types.ts.
 * @module
 */
import { keccak256 } from 'ethers'
import { type RawBuilder, sql } from 'kysely'
import type { CoordinatorDatabase } from '../schema.ts'
import { BucketModel } from './bucket-model.ts'
import { type Head, type PoolAmounts, type PoolKey, type PotKey, SEGMENTS, type StakeChain } from './chain.ts'
import { cursorOf, type StakeAddresses } from './indexer.ts'
import {
  EPOCH_SECONDS,
  epochStart,
  foldModules,
  foldValidators,
  freeShareOf,
  iso,
  least,
  type Module,
  type StakeEvent,
  slashStatus,
  type Validator,
} from './ledger.ts'
import type { EventArgs } from './schema.ts'

export interface StakeModelOptions {
  db: CoordinatorDatabase
  chain: StakeChain
  addresses: StakeAddresses
  chainId: bigint
}

/** Vaults that are shown; anyone may create one. */
const VAULTS = 50
/** Pools that are read from the chain for one answer, the largest of each vault first. */
const POOLS = 200
/** An account's exits that are shown. */
const EXITS = 100
/** Pots of one position that are shown, those funded last first: anyone may fund one in any token. */
const POTS = 60
/** Epochs of a pot that are shown: the present one, and those to come. */
const EPOCHS = 4
/** Longer evidence is told by its hash alone. */
const EVIDENCE_BYTES = 1024
const WHOLE = 10_000n

const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null

/** Ranks of vaults, see {@link StakeModel.#created}. */
const NATIVE = 0
const BUCKETED = 1
const CREATED = 2

interface VaultRow {
  vault: string
  /** Null of buckets. */
  asset: string | null
  rank: number
  stakers: bigint
  pools: bigint
}

interface PoolRow {
  vault: string
  validator: string
  basket: number
}

interface SlashedRow {
  vault: string
  of: string
  amount: bigint
}

interface SlashRow {
  name: string
  args: EventArgs
  time: Date
  block: bigint
  log_index: number
  transaction_hash: string
  vetoed_at: Date | null
  veto_tx: string | null
  executed_at: Date | null
  execute_tx: string | null
  taken: string | null
}

interface PotRow extends PotKey {
  funded: bigint
  funders: bigint
  paid: bigint
  block: bigint
  log_index: bigint
}

interface ReadPool extends PoolKey {
  amounts: PoolAmounts
}

export class StakeModel {
  readonly #db: CoordinatorDatabase
  readonly #chain: StakeChain
  readonly #buckets: BucketModel
  readonly #options: StakeModelOptions
  /** The answer of the newest block, by what was indexed then, which many visitors share. */
  #overview: { key: string; answer: Promise<unknown> } | undefined

  constructor(options: StakeModelOptions) {
    this.#db = options.db
    this.#chain = options.chain
    this.#buckets = new BucketModel({ ...options, places: options.addresses.bucketVaults })
    this.#options = options
  }

  /* OVERVIEW */

  async overview(): Promise<unknown> {
    const [head, indexed] = await Promise.all([this.#chain.head(), this.#indexedBlock()])
    const key = `${head.number} ${indexed}`
    if (this.#overview?.key !== key) {
      const answer = this.#readOverview(head)
      this.#overview = { key, answer }
      // What failed is not kept.
      answer.catch(() => {
        if (this.#overview?.answer === answer) this.#overview = undefined
      })
    }
    return this.#overview!.answer
  }

  async #readOverview(head: Head) {
    const { addresses, chainId } = this.#options
    const { bucketVaults: _bucketVaults, ...contracts } = addresses
    const [exitDelay, vaultRows, modules, poolRows, page, totals, slashed, auctions] = await Promise.all([
      this.#chain.exitDelay(head),
      this.#vaultRows(),
      this.#modules(),
      this.#poolRows(sql`true`),
      this.validators(VALIDATOR_PAGE, undefined, head),
      this.#totals(),
      this.#slashedBy('dim'),
      this.#buckets.auctions(head),
    ])
    const [pools, validators, counts] = await Promise.all([
      this.#readPools(poolRows, head),
      this.#validatorsOf([...new Set(poolRows.map(({ validator }) => validator))], head),
      this.#validatorsByModule(head),
    ])
    const vaults = await Promise.all(
      vaultRows.map(async (row) => ({
        vault: row.vault,
        asset: await this.#assetIn(row),
        native: row.rank === NATIVE,
        bucketVersion: this.#buckets.versionOf(row.vault) ?? null,
        stakers: Number(row.stakers),
        pools: Number(row.pools),
        held: String(await this.#chain.owed(row.vault, head)),
        ...sumOf(pools.filter(({ vault }) => vault === row.vault)),
      })),
    )
    return {
      block: head.number,
      blockTime: iso(head.time),
      chainId: Number(chainId),
      contracts,
      exitDelaySeconds: exitDelay,
      nextEpochAt: iso(epochStart(head.time) + EPOCH_SECONDS),
      totals: { ...totals, poolsRead: pools.length },
      vaults,
      modules: modules.map((module) => ({
        ...moduleJson(module),
        validators: counts.get(module.dim) ?? 0,
        stake: backing(module, pools, validators),
        slashed: slashed.filter(({ of }) => of === module.dim).map(slashedJson),
      })),
      auctions,
      ...page,
    }
  }

  /** Returns validators by their stake in the first vault, then by address, and where the next page begins. */
  async validators(limit: number, after?: string, at?: Head) {
    const head = at ?? (await this.#chain.head())
    const { rows } = await sql<{ validator: string }>`
      WITH native AS (
        SELECT args->>'vault' AS vault FROM stake_events WHERE name = 'VaultCreated' ORDER BY block, log_index LIMIT 1),
      staked AS (
        SELECT validator, sum(change) AS amount FROM stake_events, native
        WHERE change IS NOT NULL AND address = native.vault GROUP BY validator),
      ranked AS (
        SELECT events.validator, coalesce(staked.amount, 0) AS amount
        FROM stake_events AS events LEFT JOIN staked ON staked.validator = events.validator
        WHERE events.name = 'ValidatorRegistered')
      SELECT validator FROM ranked
      WHERE ${after === undefined ? sql`true` : sql`(-amount, validator) > (SELECT -amount, validator FROM ranked WHERE validator = ${after})`}
      ORDER BY amount DESC, validator LIMIT ${limit}`.execute(this.#db)
    const addresses = rows.map(({ validator }) => validator)
    const [validators, modules, poolRows, slashed] = await Promise.all([
      this.#validatorsOf(addresses, head),
      this.#modules(),
      addresses.length === 0 ? [] : this.#poolRows(sql`pools.validator = ANY(${addresses})`),
      this.#slashedBy('validator'),
    ])
    const pools = await this.#readPools(poolRows, head)
    const maximumSlashOf = (dim: string) => modules.find((module) => module.dim === dim)?.maximumSlash ?? 0
    return {
      validators: addresses.map((address) => {
        const { baskets, agreements, registeredAt, ...validator } = validators.get(address)!
        return {
          ...validator,
          registeredAt: registeredAt.toISOString(),
          modules: agreements.map(({ dim, serves, changesAt }) => ({
            dim,
            serves,
            changesAt: changesAt === null ? null : iso(changesAt),
          })),
          baskets: baskets.map((basket) => ({
            ...basket,
            freeShare: freeShareOf(basket.lines, maximumSlashOf),
            pools: pools
              .filter((pool) => pool.validator === address && pool.basket === basket.basket)
              .map(({ vault, amounts }) => ({ vault, ...amountsJson(amounts) })),
          })),
          slashed: slashed.filter(({ of }) => of === address).map(slashedJson),
        }
      }),
      nextValidator: rows.length === limit ? addresses.at(-1)! : null,
    }
  }

  /* SLASHES */

  /** Returns slashes, newest first: requests, and what was taken at once; and where the next page begins. */
  async slashes(limit: number, before?: { block: number; logIndex: number }) {
    const head = await this.#chain.head()
    const { rows } = await sql<SlashRow>`
      SELECT events.name, events.args, events.time, events.block, events.log_index, events.transaction_hash,
        vetoes.time AS vetoed_at, vetoes.transaction_hash AS veto_tx,
        executions.time AS executed_at, executions.transaction_hash AS execute_tx, executions.args->>'taken' AS taken
      FROM stake_events AS events
      LEFT JOIN stake_events AS vetoes ON vetoes.name = 'SlashVetoed' AND events.name = 'SlashRequested'
        AND vetoes.args->>'requestId' = events.args->>'requestId'
      LEFT JOIN stake_events AS executions ON executions.name = 'SlashExecuted' AND events.name = 'SlashRequested'
        AND executions.args->>'requestId' = events.args->>'requestId'
      WHERE (events.name = 'SlashRequested' OR (events.name = 'SlashExecuted' AND events.args->>'requestId' = '0'))
        AND ${before === undefined ? sql`true` : sql`(events.block, events.log_index) < (${before.block}, ${before.logIndex})`}
      ORDER BY events.block DESC, events.log_index DESC LIMIT ${limit}`.execute(this.#db)
    const last = rows.at(-1)
    return {
      blockTime: iso(head.time),
      slashes: await Promise.all(rows.map((row) => this.#slashJson(row, head))),
      next: rows.length === limit && last ? `${last.block}-${last.log_index}` : null,
    }
  }

  async #slashJson(row: SlashRow, head: Head) {
    const { args, time, transaction_hash } = row
    const request = args.request as EventArgs | undefined
    const offence = (request?.offence ?? args.offence) as Record<string, string>
    const evidence = String(args.evidence)
    const taken = request ? row.taken : String(args.taken)
    const vetoUntil = request ? Number(request.vetoUntil) : null
    const executeUntil = request ? Number(request.executeUntil) : null
    const state = { vetoed: row.vetoed_at !== null, executed: !request || row.executed_at !== null }
    return {
      id: `${row.block}-${row.log_index}`,
      requestId: request ? String(args.requestId) : null,
      dim: offence.dim!,
      vault: offence.vault!,
      asset: await this.#assetOf(offence.vault!),
      validator: offence.validator!,
      basket: Number(offence.basket),
      capturedAt: iso(Number(offence.captureTime)),
      requested: offence.amount!,
      taken,
      status: slashStatus({ vetoUntil: vetoUntil ?? 0, executeUntil: executeUntil ?? 0, ...state }, head.time),
      resolver: request ? String(request.resolver) : null,
      vetoUntil: vetoUntil === null ? null : iso(vetoUntil),
      executeUntil: executeUntil === null ? null : iso(executeUntil),
      evidenceHash: request ? String(request.evidenceHash) : keccak256(evidence),
      evidence: evidence.length <= 2 + 2 * EVIDENCE_BYTES ? evidence : null,
      requestedAt: time.toISOString(),
      requestTx: transaction_hash,
      endedAt: request ? isoOrNull(row.vetoed_at ?? row.executed_at) : time.toISOString(),
      endTx: request ? (row.veto_tx ?? row.execute_tx) : transaction_hash,
    }
  }

  /* BRIBES */

  /** Returns what is paid for stake, those funded last first: to whom, how much for each epoch, and the stake that shares it. */
  async bribes(limit: number, before?: { block: number; logIndex: number }) {
    const head = await this.#chain.head()
    const { rows } = await sql<PotRow>`
      WITH pots AS (
        SELECT args->>'dim' AS dim, args->>'vault' AS vault, args->>'token' AS token,
          sum((args->>'amount')::numeric * (args->>'count')::numeric + (args->>'extra')::numeric) AS funded,
          count(DISTINCT args->>'funder') AS funders, max(ARRAY[block, log_index::bigint]) AS latest
        FROM stake_events WHERE name = 'PotFunded' GROUP BY 1, 2, 3)
      SELECT dim, vault, token, funded, funders, latest[1] AS block, latest[2] AS log_index,
        (SELECT coalesce(sum((claims.args->>'amount')::numeric), 0) FROM stake_events AS claims
          WHERE claims.name IN ('RewardClaimed', 'CommissionClaimed') AND claims.args->>'dim' = pots.dim
            AND claims.args->>'vault' = pots.vault AND claims.args->>'token' = pots.token) AS paid
      FROM pots
      WHERE ${before === undefined ? sql`true` : sql`latest < ARRAY[${before.block}, ${before.logIndex}]::bigint[]`}
      ORDER BY latest DESC LIMIT ${limit}`.execute(this.#db)
    const first = Math.floor(head.time / EPOCH_SECONDS)
    const epochs = Array.from({ length: EPOCHS }, (_, i) => first + i)
    const last = rows.at(-1)
    return {
      blockTime: iso(head.time),
      pots: await Promise.all(
        rows.map(async ({ dim, vault, token, funded, funders, paid }) => ({
          dim,
          vault,
          asset: await this.#assetOf(vault),
          token: { address: token, ...(await this.#chain.asset(token)) },
          funders: Number(funders),
          funded: String(funded),
          paid: String(paid),
          left: String(await this.#chain.potLeft({ dim, vault, token }, head)),
          epochs: await Promise.all(
            epochs.map(async (epoch) => {
              const shared = await this.#chain.epoch({ dim, vault, token }, epoch, head)
              return {
                startsAt: iso(epoch * EPOCH_SECONDS),
                funded: String(shared.funded),
                stake: String(shared.stake),
              }
            }),
          ),
        })),
      ),
      next: rows.length === limit && last ? `${last.block}-${last.log_index}` : null,
    }
  }

  /** Returns what a position earned, of the pots of its vault that were funded last. */
  async #earned(key: PoolKey, staker: string, head: Head) {
    const { rows } = await sql<PotKey>`
      SELECT args->>'dim' AS dim, args->>'vault' AS vault, args->>'token' AS token FROM stake_events
      WHERE name = 'PotFunded' AND args->>'vault' = ${key.vault} AND args->>'dim' IN (
        SELECT line->>'dim' FROM stake_events AS opened, jsonb_array_elements(opened.args->'lines') AS line
        WHERE opened.name = 'BasketOpened' AND opened.validator = ${key.validator}
          AND opened.args->>'basket' = ${String(key.basket)})
      GROUP BY 1, 2, 3 ORDER BY max(block) DESC LIMIT ${POTS}`.execute(this.#db)
    if (rows.length === 0) return { generation: null, earned: [] }
    const generation = await this.#chain.generation(key, head)
    const earned = await Promise.all(
      rows.map(async ({ dim, vault, token }) => ({
        dim,
        token: { address: token, ...(await this.#chain.asset(token)) },
        amount: String(await this.#chain.pending({ dim, vault, token }, key, generation, staker, head)),
      })),
    )
    return { generation: String(generation), earned: earned.filter(({ amount }) => amount !== '0') }
  }

  /* ACCOUNTS */

  /** Returns what `staker` has in the vaults, delegated, and on its way out. */
  async account(staker: string) {
    const head = await this.#chain.head()
    const [indexed, vaultRows, { rows: positions }, { rows: exits }, buckets] = await Promise.all([
      this.#indexedBlock(),
      this.#vaultRows(sql`

        WHERE vault IN (
          SELECT address FROM stake_events WHERE staker = ${staker}
            AND name IN ('Deposited', 'BucketDeposited', 'DebtPaid', 'ExitClaimed'))`),
      sql<PoolRow & { entering: bigint }>`
        SELECT address AS vault, validator, (args->>'basket')::integer AS basket,
          coalesce(sum(change) FILTER (WHERE time >= ${new Date(1000 * epochStart(head.time))}), 0) AS entering
        FROM stake_events WHERE staker = ${staker} AND name = 'Delegated'
        GROUP BY address, validator, args->>'basket' ORDER BY max(block) DESC LIMIT ${POOLS}`.execute(this.#db),
      sql<{ vault: string; args: EventArgs; time: Date; transaction_hash: string }>`
        SELECT requests.address AS vault, requests.args, requests.time, requests.transaction_hash
        FROM stake_events AS requests
        WHERE requests.staker = ${staker} AND requests.name = 'ExitRequested' AND NOT EXISTS (
          SELECT FROM stake_events AS claims WHERE claims.name = 'ExitClaimed'
            AND claims.address = requests.address AND claims.args->>'exitId' = requests.args->>'exitId')
        ORDER BY (requests.args->>'unlockTime')::bigint, requests.block, requests.log_index
        LIMIT ${EXITS}`.execute(this.#db),
      this.#buckets.accounts(staker, head),
    ])
    const [balances, held, leaving] = await Promise.all([
      Promise.all(
        vaultRows.map(async (row) => ({
          vault: row.vault,
          asset: await this.#assetIn(row),
          balance: String(await this.#chain.balance(row.vault, staker, head)),
        })),
      ),
      Promise.all(
        positions.map(async ({ entering, ...key }) => {
          const { shares, stake } = await this.#chain.position(key, staker, head)
          const asset = await this.#assetOf(key.vault)
          const recent = least(entering, stake)
          const { generation, earned } = await this.#earned(key, staker, head)
          return {
            ...key,
            ...{ asset, shares: String(shares), stake: String(stake), entering: String(recent) },
            ...{ generation, earned },
            loss: this.#buckets.versionOf(key.vault) ? String(await this.#chain.loss(key, staker, head)) : null,
          }
        }),
      ),
      Promise.all(
        exits.map(async ({ vault, args, time, transaction_hash }) => ({
          vault,
          asset: await this.#assetOf(vault),
          exitId: String(args.exitId),
          validator: String(args.validator),
          basket: Number(args.basket),
          amount: String(await this.#chain.exitAmount(vault, String(args.exitId), head)),
          requestedAt: time.toISOString(),
          requestTx: transaction_hash,
          unlocksAt: iso(Number(args.unlockTime)),
          unlocked: Number(args.unlockTime) <= head.time,
        })),
      ),
    ])
    return {
      address: staker,
      block: head.number,
      blockTime: iso(head.time),
      indexed,
      balances,
      positions: held.filter(({ shares, earned, loss }) => shares !== '0' || earned.length > 0 || Number(loss) > 0),
      segments: SEGMENTS,
      exits: leaving,
      buckets,
    }
  }

  /* THE INDEX */

  /** Returns the last block that is indexed. */
  async #indexedBlock(): Promise<number> {
    const cursor = cursorOf(this.#options.addresses)
    const row = await this.#db.selectFrom('cursors').select('block').where('name', '=', cursor).executeTakeFirst()
    return Number(row?.block ?? -1)
  }

  /**
   * A table of vaults, by their rank: the wrapped coin's, which comes with the factory and is emitted first; those of buckets,
   * which the deployment names; and those that anybody created.
   */
  #created(): RawBuilder<unknown> {
    const ofBuckets = this.#options.addresses.bucketVaults.map(
      ({ vault }, i) => sql`UNION ALL SELECT ${vault}::text, NULL, ${sql.lit(BUCKETED)}, 0, ${sql.lit(i)}`,
    )
    return sql`(
      (SELECT args->>'vault' AS vault, args->>'asset' AS asset,
        CASE WHEN row_number() OVER (ORDER BY block, log_index) = 1 THEN ${sql.lit(NATIVE)} ELSE ${sql.lit(CREATED)} END AS rank,
        block, log_index
      FROM stake_events WHERE name = 'VaultCreated') ${sql.join(ofBuckets, sql` `)})`
  }

  /** Returns vaults by rank, then those with the most stakers. */
  async #vaultRows(condition: RawBuilder<unknown> = sql``): Promise<VaultRow[]> {
    const { rows } = await sql<VaultRow>`
      SELECT vault, asset, rank,
        (SELECT count(DISTINCT staker) FROM stake_events AS delegations
          WHERE delegations.name = 'Delegated' AND delegations.address = created.vault) AS stakers,
        (SELECT count(DISTINCT (validator, args->>'basket')) FROM stake_events AS changes
          WHERE changes.change IS NOT NULL AND changes.address = created.vault) AS pools
      FROM ${this.#created()} AS created ${condition}
      ORDER BY rank, stakers DESC, block, log_index LIMIT ${VAULTS}`.execute(this.#db)
    return rows
  }

  /** Returns pools with something in them, by their vaults' ranks, the largest of each vault first. */
  async #poolRows(condition: RawBuilder<unknown>): Promise<PoolRow[]> {
    const { rows } = await sql<PoolRow>`
      SELECT pools.vault, pools.validator, pools.basket FROM (
        SELECT address AS vault, validator, (args->>'basket')::integer AS basket, sum(change) AS amount
        FROM stake_events WHERE change IS NOT NULL GROUP BY address, validator, args->>'basket') AS pools
      JOIN ${this.#created()} AS created ON created.vault = pools.vault
      WHERE pools.amount > 0 AND ${condition}
      ORDER BY rank, created.block, created.log_index, pools.amount DESC, pools.validator, pools.basket
      LIMIT ${POOLS}`.execute(this.#db)
    return rows
  }

  async #modules(): Promise<Module[]> {
    return foldModules(await this.#events(sql`source = 'DimRegistry'`))
  }

  async #validatorsOf(addresses: readonly string[], head: Head): Promise<Map<string, Validator>> {
    if (addresses.length === 0) return new Map()
    const events = await this.#events(
      sql`validator = ANY(${addresses}) AND source IN ('ValidatorRegistry', 'Allocation')`,
    )
    return new Map(foldValidators(events, head.time).map((validator) => [validator.validator, validator]))
  }

  async #events(condition: RawBuilder<unknown>): Promise<StakeEvent[]> {
    const { rows } = await sql<StakeEvent>`
      SELECT name, args, time FROM stake_events WHERE ${condition} ORDER BY block, log_index`.execute(this.#db)
    return rows
  }

  async #validatorsByModule(head: Head): Promise<Map<string, number>> {
    const { rows } = await sql<{ dim: string; total: bigint }>`
      SELECT dim, count(*) AS total FROM (
        SELECT dim FROM (
          SELECT DISTINCT ON (validator, dim, name) validator, dim, agreed FROM (
            SELECT validator, args->>'dim' AS dim, name, block, log_index, (args->>'time')::bigint AS counts_from,
              coalesce(args->>'optedIn', args->>'accepted')::boolean AS agreed
            FROM stake_events WHERE name IN ('ValidatorOpted', 'ValidatorAccepted')) AS said
          WHERE counts_from <= ${head.time}
          ORDER BY validator, dim, name, counts_from DESC, block DESC, log_index DESC) AS latest
        GROUP BY validator, dim HAVING bool_and(agreed) AND count(*) = 2) AS serving
      GROUP BY dim`.execute(this.#db)
    return new Map(rows.map(({ dim, total }) => [dim, Number(total)]))
  }

  async #totals() {
    const { rows } = await sql<Record<'stakers' | 'validators' | 'vaults' | 'pools' | 'slashes', bigint>>`
      SELECT
        (SELECT count(DISTINCT staker) FROM stake_events WHERE name = 'Delegated') AS stakers,
        (SELECT count(*) FROM stake_events WHERE name = 'ValidatorRegistered') AS validators,
        (SELECT count(*) FROM ${this.#created()} AS created) AS vaults,
        (SELECT count(*) FROM stake_events WHERE name = 'SlashExecuted' AND args->>'taken' <> '0') AS slashes,
        (SELECT count(*) FROM (
          SELECT FROM stake_events WHERE change IS NOT NULL
          GROUP BY address, validator, args->>'basket' HAVING sum(change) > 0) AS pools) AS pools`.execute(this.#db)
    const { stakers, validators, vaults, pools, slashes } = rows[0]!
    return {
      stakers: Number(stakers),
      validators: Number(validators),
      vaults: Number(vaults),
      pools: Number(pools),
      slashes: Number(slashes),
    }
  }

  async #slashedBy(whom: 'dim' | 'validator'): Promise<SlashedRow[]> {
    const { rows } = await sql<SlashedRow>`
      SELECT args->'offence'->>'vault' AS vault, args->>${sql.lit(whom)} AS of, sum((args->>'taken')::numeric) AS amount
      FROM stake_events WHERE name = 'SlashExecuted' AND args->>'taken' <> '0'
      GROUP BY 1, 2 ORDER BY 1, 2`.execute(this.#db)
    return rows
  }

  /* THE CHAIN */

  #readPools(rows: readonly PoolRow[], head: Head): Promise<ReadPool[]> {
    return Promise.all(rows.map(async (row) => ({ ...row, amounts: await this.#chain.pool(row, head) })))
  }

  /** A slash may name any contract as its vault; of one that is none nothing can be taken. */
  async #assetOf(vault: string) {
    const { rows } = await sql<Pick<VaultRow, 'vault' | 'asset'>>`
      SELECT vault, asset FROM ${this.#created()} AS created WHERE vault = ${vault}`.execute(this.#db)
    return rows[0] ? this.#assetIn(rows[0]) : null
  }

  async #assetIn({ vault, asset }: Pick<VaultRow, 'vault' | 'asset'>) {
    if (asset === null) return this.#chain.stakedCoin(vault)
    return { address: asset, ...(await this.#chain.asset(asset)) }
  }
}

/** Validators of the first page. */
const VALIDATOR_PAGE = 50

const amountsJson = ({ slashable, active, counting }: PoolAmounts) => ({
  slashable: String(slashable),
  active: String(active),
  counting: String(counting),
})

const sumOf = (pools: readonly ReadPool[]) => {
  const sum = (amount: keyof PoolAmounts) => String(pools.reduce((total, { amounts }) => total + amounts[amount], 0n))
  return { slashable: sum('slashable'), active: sum('active'), counting: sum('counting') }
}

const slashedJson = ({ vault, amount }: SlashedRow) => ({ vault, amount: String(amount) })

/** Returns the stake that counts for a module now, by vault, as Allocation.stakeAt has it of each pool. */
function backing(module: Module, pools: readonly ReadPool[], validators: ReadonlyMap<string, Validator>) {
  const byVault = new Map<string, bigint>()
  if (module.status !== 'admitted') return []
  for (const { vault, validator, basket, amounts } of pools) {
    const { agreements = [], baskets = [] } = validators.get(validator) ?? {}
    if (!agreements.some(({ dim, serves }) => dim === module.dim && serves)) continue
    const lines = baskets.find((known) => known.basket === basket)?.lines ?? []
    const share = BigInt(lines.find(({ dim }) => dim === module.dim)?.share ?? 0)
    byVault.set(vault, (byVault.get(vault) ?? 0n) + (amounts.counting * share) / WHOLE)
  }
  return [...byVault].filter(([, amount]) => amount > 0n).map(([vault, amount]) => ({ vault, amount: String(amount) }))
}

const moduleJson = ({ proposedAt, admittedAt, leftAt, obligedUntil, ...module }: Module) => ({
  ...module,
  proposedAt: proposedAt.toISOString(),
  admittedAt: isoOrNull(admittedAt),
  leftAt: isoOrNull(leftAt),
  obligedUntil: obligedUntil === null ? null : iso(obligedUntil),
})
