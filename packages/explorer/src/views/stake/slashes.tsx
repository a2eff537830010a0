import { Badge } from '../../parts/badge.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash, Hash, None } from '../../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../../parts/notice.tsx'
import { RelativeTime } from '../../parts/relative-time.tsx'
import { getSlashes } from '../../stake/stake-api.ts'
import type { Slash } from '../../stake/types.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { Units } from './units.tsx'
import { usePages } from './use-pages.ts'

/** What becomes of a request, and until when. */
function Outcome({ slash: { status, vetoUntil, executeUntil, endedAt } }: { slash: Slash }) {
  const [words, at] =
    status === 'vetoable'
      ? ['veto until', vetoUntil]
      : status === 'executable'
        ? ['anyone executes until', executeUntil]
        : status === 'expired'
          ? ['nobody executed it by', executeUntil]
          : ['', endedAt]
  return (
    <span className="stack">
      <Badge of={status} />
      <small>
        {words} {at !== null && <RelativeTime at={at} />}
      </small>
    </span>
  )
}

/** Text where the evidence is text, such as an address of it; the bytes else. */
function readEvidence(evidence: string): string {
  const bytes = Uint8Array.from(evidence.slice(2).match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text) ? text : evidence
  } catch {
    return evidence
  }
}

function Evidence({ slash: { evidence, evidenceHash } }: { slash: Slash }) {
  const text = evidence === null || evidence === '0x' ? null : readEvidence(evidence)
  return (
    <span className="stack">
      <Hash value={evidenceHash} name="evidence’s hash" />
      {text !== null && (
        <details className="evidence">
          <summary>Show it</summary>
          {/^https?:\/\/\S+$/i.test(text) ? (
            <a href={text} target="_blank" rel="noreferrer">
              {text}
            </a>
          ) : (
            <code>{text}</code>
          )}
        </details>
      )}
    </span>
  )
}

const COLUMNS: readonly Column<Slash>[] = [
  {
    title: 'Slash',
    cell: ({ requestId, requestedAt, requestTx }) => (
      <span className="stack">
        <span>
          {requestId === null ? 'At once' : `Request ${requestId}`},{' '}
          <span className="unit">
            <RelativeTime at={requestedAt} />
          </span>
        </span>
        <small>
          <ChainHash kind="tx" value={requestTx} name="transaction’s hash" />
        </small>
      </span>
    ),
  },
  { title: 'Status', cell: (slash) => <Outcome slash={slash} /> },
  { title: 'Module', cell: ({ dim }) => `Module ${dim}` },
  {
    title: 'Validator',
    cell: ({ validator, basket }) => (
      <span className="stack">
        <ChainHash kind="address" value={validator} name="validator’s address" />
        <small>Basket {basket}</small>
      </span>
    ),
  },
  {
    title: 'Offence',
    cell: ({ capturedAt }) => <RelativeTime at={capturedAt} />,
  },
  { title: 'Asked for', numeric: true, cell: ({ requested, asset }) => <Units amount={requested} asset={asset} /> },
  {
    title: 'Taken',
    numeric: true,
    cell: ({ taken, asset, endTx }) =>
      taken === null ? (
        <None>nothing</None>
      ) : (
        <span className="stack">
          <Units amount={taken} asset={asset} />
          {endTx !== null && (
            <small>
              <ChainHash kind="tx" value={endTx} name="execution’s hash" />
            </small>
          )}
        </span>
      ),
  },
  { title: 'Evidence', cell: (slash) => <Evidence slash={slash} /> },
]

const readSlashes = async (cursor: string | null) => {
  const { slashes, next } = await getSlashes(cursor)
  return { rows: slashes, next }
}

/** What was asked for, vetoed and taken, newest first. */
export function SlashesPart() {
  const { rows, failure, more, loading, loadMore, retry } = usePages(readSlashes)
  return (
    <>
      {failure !== null && <FailureBanner failure={failure} retry={retry} />}
      <section className="panel panel-flush" aria-label="Slashes">
        {rows === undefined ? (
          failure === null && <LoadingNotice what="slashes" />
        ) : rows.length === 0 ? (
          <EmptyNotice title="Nothing was slashed">
            A module’s enforcer requests a slash with evidence; its resolver may veto it; then anyone executes it.
          </EmptyNotice>
        ) : (
          <DataTable caption="Slashes, newest first" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
        )}
      </section>
      {more && (
        <p className="more">
          <button type="button" className="button" disabled={loading} onClick={() => void loadMore()}>
            Load older slashes
          </button>
        </p>
      )}
    </>
  )
}
