import { useState } from 'react'
import { formatCount } from '../../format/amount.ts'
import { useTask } from '../../onboarding/use-task.ts'
import { Badge } from '../../parts/badge.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash, None } from '../../parts/hash.tsx'
import { EmptyNotice } from '../../parts/notice.tsx'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { getValidators } from '../../stake/stake-api.ts'
import type {
  StakeBasket,
  StakeModule,
  StakeOverview,
  StakeValidator,
  StakeVault,
  ValidatorPage,
} from '../../stake/types.ts'
import { formatShare, formatWindow } from '../../stake/units.ts'
import { TaskNotice } from '../onboard/task-notice.tsx'
import { AuctionPanel } from './auction-panel.tsx'
import { Units, VaultUnits } from './units.tsx'

/** Who secures what: by asset, by module, by validator. */
export function OverviewPart({ overview }: { overview: StakeOverview }) {
  const { totals, exitDelaySeconds, nextEpochAt, modules } = overview
  const admitted = modules.filter(({ status }) => status === 'admitted').length
  return (
    <>
      <dl className="headline">
        <Figure
          name="Stakers"
          value={formatCount(totals.stakers)}
          note={totals.pools === 1 ? 'in one pool' : `in ${formatCount(totals.pools)} pools`}
        />
        <Figure name="Validators" value={formatCount(totals.validators)} note="run the modules’ nodes" />
        <Figure name="Modules" value={formatCount(admitted)} note={`admitted, of ${modules.length} proposed`} />
        <Figure name="Slashes" value={formatCount(totals.slashes)} note="executed so far" />
        <Figure
          name="Leaving takes"
          value={formatWindow(exitDelaySeconds)}
          note={
            <>
              what joins counts <RelativeTime at={nextEpochAt} />
            </>
          }
        />
      </dl>
      <VaultPanel vaults={overview.vaults} />
      <AuctionPanel auctions={overview.auctions} />
      <ModulePanel modules={modules} vaults={overview.vaults} />
      <ValidatorPanel overview={overview} />
      {totals.poolsRead < totals.pools && (
        <p className="note">
          The sums are of the {formatCount(totals.poolsRead)} largest pools of {formatCount(totals.pools)}.
        </p>
      )}
    </>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="figure">{value}</span>
        <span className="note">{note}</span>
      </dd>
    </div>
  )
}

const leaving = ({ slashable, active }: StakeVault): bigint => BigInt(slashable) - BigInt(active)

const VAULT_COLUMNS: readonly Column<StakeVault>[] = [
  {
    title: 'Asset',
    cell: ({ asset, native, bucketVersion }) => (
      <span className="stack">
        <span>
          {asset.symbol} {native && <span className="unit">the wrapped coin</span>}
          {bucketVersion !== null && <span className="unit">staked in buckets of version {bucketVersion}</span>}
        </span>
        <small>
          <ChainHash kind="address" value={asset.address} name="token’s address" />
        </small>
      </span>
    ),
  },
  {
    title: 'Delegated',
    numeric: true,
    cell: ({ slashable, asset }) => <Units amount={slashable} asset={asset} />,
  },
  { title: 'Counts now', numeric: true, cell: ({ counting, asset }) => <Units amount={counting} asset={asset} /> },
  { title: 'Leaving', numeric: true, cell: (vault) => <Units amount={leaving(vault)} asset={vault.asset} /> },
  { title: 'In the vault', numeric: true, cell: ({ held, asset }) => <Units amount={held} asset={asset} /> },
  { title: 'Stakers', numeric: true, cell: ({ stakers }) => formatCount(stakers) },
  { title: 'Vault', cell: ({ vault }) => <ChainHash kind="address" value={vault} name="vault’s address" /> },
]

function VaultPanel({ vaults }: { vaults: readonly StakeVault[] }) {
  return (
    <section className="panel panel-flush" aria-labelledby="assets-title">
      <div className="panel-heading">
        <h2 id="assets-title">By asset</h2>
        <p>A symbol is the token’s own word; its address is what counts</p>
      </div>
      {vaults.length === 0 ? (
        <EmptyNotice title="No vault yet">Anyone creates the vault of an asset in the vault factory.</EmptyNotice>
      ) : (
        <DataTable caption="Stake by asset" columns={VAULT_COLUMNS} rows={vaults} rowKey={({ vault }) => vault} />
      )}
    </section>
  )
}

/** Only http(s) is made a link: the URI is whatever its builder wrote. */
function Metadata({ uri }: { uri: string }) {
  if (uri === '') return null
  const short = uri.length > 30 ? `${uri.slice(0, 29)}…` : uri
  return (
    <small title={uri}>
      {/^https?:\/\//i.test(uri) ? (
        <a href={uri} target="_blank" rel="noreferrer">
          {short}
        </a>
      ) : (
        short
      )}
    </small>
  )
}

function moduleColumns(vaults: readonly StakeVault[]): readonly Column<StakeModule>[] {
  return [
    {
      title: 'Module',
      cell: ({ dim, metadataUri }) => (
        <span className="stack">
          <span>Module {dim}</span>
          <Metadata uri={metadataUri} />
        </span>
      ),
    },
    {
      title: 'Status',
      cell: ({ status, obligedUntil }) => (
        <span className="stack">
          <Badge of={status} />
          {status === 'leaving' && obligedUntil !== null && (
            <small>
              can slash until <RelativeTime at={obligedUntil} />
            </small>
          )}
        </span>
      ),
    },
    {
      title: 'Stake that counts',
      numeric: true,
      cell: ({ stake, validators }) => (
        <span className="stack">
          <VaultUnits amounts={stake} vaults={vaults} />
          <small>
            {validators === 1 ? 'one validator serves it' : `${formatCount(validators)} validators serve it`}
          </small>
        </span>
      ),
    },
    {
      title: 'Takes at most',
      cell: ({ maximumSlash, beneficiary }) => (
        <span className="stack">
          <span>{formatShare(maximumSlash)} for one offence</span>
          <small>
            {beneficiary === null ? (
              'burnt'
            ) : (
              <>
                to <ChainHash kind="address" value={beneficiary} name="beneficiary’s address" />
              </>
            )}
          </small>
        </span>
      ),
    },
    {
      title: 'Within',
      cell: ({ evidenceAge, vetoWindow, executionWindow }) => (
        <span className="stack">
          <span>{formatWindow(evidenceAge + vetoWindow + executionWindow)}</span>
          <small>
            evidence {formatWindow(evidenceAge)}, veto {formatWindow(vetoWindow)},
          </small>
          <small>execution {formatWindow(executionWindow)}</small>
        </span>
      ),
    },
    { title: 'Slashed', numeric: true, cell: ({ slashed }) => <VaultUnits amounts={slashed} vaults={vaults} /> },
  ]
}

function ModulePanel({ modules, vaults }: { modules: readonly StakeModule[]; vaults: readonly StakeVault[] }) {
  return (
    <section className="panel panel-flush" aria-labelledby="modules-title">
      <div className="panel-heading">
        <h2 id="modules-title">By module</h2>
        <p>What each can take for one offence, and within what time; terms never change</p>
      </div>
      {modules.length === 0 ? (
        <EmptyNotice title="No module is proposed">
          A builder proposes one with a bond and its terms; governance admits it.
        </EmptyNotice>
      ) : (
        <DataTable caption="Stake by module" columns={moduleColumns(vaults)} rows={modules} rowKey={({ dim }) => dim} />
      )}
    </section>
  )
}

interface BasketRow {
  validator: StakeValidator
  /** Undefined for a validator that has opened none. */
  basket: StakeBasket | undefined
}

function basketColumns(vaults: readonly StakeVault[]): readonly Column<BasketRow>[] {
  return [
    {
      title: 'Validator',
      cell: ({ validator: { validator, tokenId, slashed, baskets }, basket }) => (
        <span className="stack">
          <ChainHash kind="address" value={validator} name="validator’s address" />
          <small>
            {basket === undefined ? 'no basket' : `Basket ${basket.basket}`}
            {tokenId !== null && `, ioID ${tokenId}`}
          </small>
          {slashed.length > 0 && basket === baskets[0] && (
            <small className="slashed">
              slashed so far <VaultUnits amounts={slashed} vaults={vaults} />
            </small>
          )}
        </span>
      ),
    },
    {
      title: 'Backs',
      cell: ({ validator, basket }) =>
        basket === undefined ? (
          <None>nothing</None>
        ) : (
          <span className="stack">
            {basket.lines.map(({ dim, share }) => (
              <span key={dim}>
                Module {dim} <span className="unit">{formatShare(share)}</span>
                <Serving validator={validator} dim={dim} />
              </span>
            ))}
          </span>
        ),
    },
    {
      title: 'Delegated',
      numeric: true,
      cell: ({ basket }) => (
        <VaultUnits
          amounts={(basket?.pools ?? []).map(({ vault, slashable }) => ({ vault, amount: slashable }))}
          vaults={vaults}
        />
      ),
    },
    {
      title: 'Counts now',
      numeric: true,
      cell: ({ basket }) => (
        <VaultUnits
          amounts={(basket?.pools ?? []).map(({ vault, counting }) => ({ vault, amount: counting }))}
          vaults={vaults}
        />
      ),
    },
    {
      title: 'Out of reach',
      numeric: true,
      cell: ({ basket }) => (basket === undefined ? <None>none</None> : formatShare(basket.freeShare)),
    },
    { title: 'Commission', numeric: true, cell: ({ validator }) => formatShare(validator.commission) },
    {
      title: 'Takes stake',
      cell: ({ basket }) =>
        basket === undefined ? (
          <None>no</None>
        ) : (
          <span className="stack">
            <span>{basket.open ? 'Open' : 'Closed'}</span>
            {basket.rehypothecated && <small>shares overlap</small>}
          </span>
        ),
    },
  ]
}

function Serving({ validator, dim }: { validator: StakeValidator; dim: string }) {
  const agreement = validator.modules.find((known) => known.dim === dim)
  if (agreement?.serves && agreement.changesAt === null) return null
  return (
    <small>
      {agreement?.serves ? ' until ' : agreement?.changesAt ? ' from ' : ' not agreed'}
      {agreement?.changesAt && <RelativeTime at={agreement.changesAt} />}
    </small>
  )
}

function ValidatorPanel({ overview }: { overview: StakeOverview }) {
  const [older, setOlder] = useState<ValidatorPage | null>(null)
  const task = useTask()
  const validators = [...overview.validators, ...(older?.validators ?? [])]
  const rows = validators.flatMap<BasketRow>((validator) =>
    validator.baskets.length === 0
      ? [{ validator, basket: undefined }]
      : validator.baskets.map((basket) => ({ validator, basket })),
  )
  const next = older === null ? overview.nextValidator : older.nextValidator
  return (
    <section className="panel panel-flush" aria-labelledby="validators-title">
      <div className="panel-heading">
        <h2 id="validators-title">By validator</h2>
        <p>Stake is delegated to a basket, whose lines never change</p>
      </div>
      {rows.length === 0 ? (
        <EmptyNotice title="No validator has registered">
          A validator registers its key, opts in to modules, and opens a basket.
        </EmptyNotice>
      ) : (
        <DataTable
          caption="Stake by validator and basket"
          columns={basketColumns(overview.vaults)}
          rows={rows}
          rowKey={({ validator, basket }) => `${validator.validator} ${basket?.basket}`}
        />
      )}
      {next !== null && (
        <p className="more panel-body">
          <button
            type="button"
            className="button"
            disabled={task.busy !== null}
            onClick={() =>
              task.run('Loading more validators', async () => {
                const page = await getValidators(next)
                setOlder({
                  validators: [...(older?.validators ?? []), ...page.validators],
                  nextValidator: page.nextValidator,
                })
              })
            }
          >
            Load more validators
          </button>
        </p>
      )}
      <TaskNotice task={task} />
    </section>
  )
}
