/**
 * Restaked buckets of system staking, as the explorer shows them. Shapes: packages/explorer/src/stake/types.ts.
 * @module
 */
import { sql } from 'kysely'
import type { CoordinatorDatabase } from '../schema.ts'
import type { Head, StakeChain } from './chain.ts'
import type { BucketVaultPlace } from './indexer.ts'
import { iso } from './ledger.ts'

/** Buckets of an account, and buckets up for auction, that are shown. */
const BUCKETS = 100

interface BucketRow {
  vault: string
  bucket: string
}

export class BucketModel {
  readonly #db: CoordinatorDatabase
  readonly #chain: StakeChain
  readonly #places: readonly BucketVaultPlace[]

  constructor({
    db,
    chain,
    places,
  }: { db: CoordinatorDatabase; chain: StakeChain; places: readonly BucketVaultPlace[] }) {
    this.#db = db
    this.#chain = chain
    this.#places = places
  }

  /** Returns the version of system staking whose buckets a vault takes; undefined where it takes none. */
  versionOf(vault: string): 2 | 3 | undefined {
    return this.#places.find((known) => known.vault === vault)?.version
  }

  /** Returns buckets that are up for auction now, those put up last first. */
  async auctions(head: Head) {
    const { rows } = await sql<BucketRow>`
      SELECT address AS vault, args->>'bucketId' AS bucket FROM stake_events AS started
      WHERE name = 'AuctionStarted' AND NOT EXISTS (
        SELECT FROM stake_events AS ended WHERE ended.name IN ('BucketSold', 'BucketWithdrawn')
          AND ended.address = started.address AND ended.args->>'bucketId' = started.args->>'bucketId'
          AND (ended.block, ended.log_index) > (started.block, started.log_index))
      GROUP BY 1, 2 ORDER BY max(block) DESC LIMIT ${BUCKETS}`.execute(this.#db)
    const buckets = await Promise.all(rows.map((row) => this.#json(row, head)))
    return buckets.filter((bucket) => bucket !== null && bucket.auction !== null)
  }

  /** Returns null of a bucket that is not in the vault. */
  async #json({ vault, bucket: id }: BucketRow, head: Head) {
    const bucket = await this.#chain.bucket(vault, BigInt(id), head)
    if (!bucket) return null
    const { staker, amount, contained, duration, state, delegate, auction } = bucket
    return {
      ...{ vault, bucket: id, version: this.versionOf(vault)!, asset: await this.#chain.stakedCoin(vault) },
      ...{ staker, amount: String(amount), contained: String(contained), duration: String(duration), state, delegate },
      auction: auction
        ? { price: String(auction.price), startedAt: iso(auction.startedAt), endsAt: iso(auction.endsAt) }
        : null,
    }
  }

  /** Returns what `staker` has in the vaults of buckets: the buckets, and what is owed for them. */
  async accounts(staker: string, head: Head) {
    const { rows } = await sql<BucketRow>`
      SELECT address AS vault, args->>'bucketId' AS bucket FROM stake_events
      WHERE staker = ${staker} AND name = 'BucketDeposited'
      GROUP BY 1, 2 ORDER BY min(block), 2 LIMIT ${BUCKETS}`.execute(this.#db)
    return Promise.all(
      this.#places.map(async ({ vault, version }) => {
        const own = rows.filter((row) => row.vault === vault)
        const [account, asset, buckets] = await Promise.all([
          this.#chain.bucketAccount(vault, staker, head),
          this.#chain.stakedCoin(vault),
          Promise.all(own.map((row) => this.#json(row, head))),
        ])
        return {
          ...{ vault, version, asset, escrow: account.escrow },
          ...{ coin: String(account.coin), debt: String(account.debt), rewards: String(account.rewards) },
          payUntil: account.payUntil === undefined ? null : iso(account.payUntil),
          buckets: buckets.filter((bucket) => bucket?.staker === staker),
        }
      }),
    )
  }
}
