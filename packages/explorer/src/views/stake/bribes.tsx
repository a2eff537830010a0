import { formatCount } from '../../format/amount.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash, None } from '../../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../../parts/notice.tsx'
import { getPots } from '../../stake/stake-api.ts'
import type { Pot } from '../../stake/types.ts'
import { yieldPerUnit } from '../../stake/units.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { Units } from './units.tsx'
import { usePages } from './use-pages.ts'

/** What an epoch pays, and what of it a whole unit of stake gets. */
function EpochCell({ pot, index }: { pot: Pot; index: number }) {
  const epoch = pot.epochs[index]
  if (epoch === undefined || epoch.funded === '0') return <None>nothing</None>
  const { asset, token } = pot
  const each = asset && yieldPerUnit(BigInt(epoch.funded), token, BigInt(epoch.stake), asset)
  return (
    <span className="stack">
      <Units amount={epoch.funded} asset={token} />
      <small>
        {each ? (
          <>
            {each} per {asset.symbol}
          </>
        ) : (
          'no stake shares it'
        )}
      </small>
    </span>
  )
}

const dayOf = (startsAt: string): string =>
  new Date(startsAt).toLocaleString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })

function columnsOf(pots: readonly Pot[]): readonly Column<Pot>[] {
  const epochs = pots[0]?.epochs ?? []
  return [
    {
      title: 'Bribe',
      cell: ({ dim, vault, asset }) => (
        <span className="stack">
          <span>Module {dim}</span>
          <small>
            for {asset?.symbol ?? 'an unknown vault'} <ChainHash kind="address" value={vault} name="vault’s address" />
          </small>
        </span>
      ),
    },
    {
      title: 'Paid in',
      cell: ({ token }) => (
        <span className="stack">
          <span>{token.symbol}</span>
          <small>
            <ChainHash kind="address" value={token.address} name="token’s address" />
          </small>
        </span>
      ),
    },
    ...epochs.map(({ startsAt }, index) => ({
      title: index === 0 ? `Today, ${dayOf(startsAt)}` : dayOf(startsAt),
      numeric: true,
      cell: (pot: Pot) => <EpochCell pot={pot} index={index} />,
    })),
    {
      title: 'In all',
      numeric: true,
      cell: ({ funded, funders, paid, token }) => (
        <span className="stack">
          <Units amount={funded} asset={token} />
          <small>{funders === 1 ? 'of one funder' : `of ${formatCount(funders)} funders`}</small>
          <small>
            <Units amount={paid} asset={token} /> paid out
          </small>
        </span>
      ),
    },
  ]
}

const readPots = async (cursor: string | null) => {
  const { pots, next } = await getPots(cursor)
  return { rows: pots, next }
}

/** What is paid for stake, epoch by epoch. */
export function BribesPart() {
  const { rows, failure, more, loading, loadMore, retry } = usePages(readPots)
  return (
    <>
      {failure !== null && <FailureBanner failure={failure} retry={retry} />}
      <section className="panel panel-flush" aria-labelledby="bribes-title">
        <div className="panel-heading">
          <h2 id="bribes-title">What each day pays</h2>
          <p>
            Shared by stake that backs the module all through the day, before the validator’s commission. Two tokens are
            compared, not their prices: it is no annual rate.
          </p>
        </div>
        {rows === undefined ? (
          failure === null && <LoadingNotice what="bribes" />
        ) : rows.length === 0 ? (
          <EmptyNotice title="Nobody pays for stake yet">
            A module, or anyone, funds days to come for those whose stake backs the module.
          </EmptyNotice>
        ) : (
          <DataTable
            caption="Bribes, those funded last first"
            columns={columnsOf(rows)}
            rows={rows}
            rowKey={({ dim, vault, token }) => `${dim} ${vault} ${token.address}`}
          />
        )}
      </section>
      {more && (
        <p className="more">
          <button type="button" className="button" disabled={loading} onClick={() => void loadMore()}>
            Load more
          </button>
        </p>
      )}
    </>
  )
}
