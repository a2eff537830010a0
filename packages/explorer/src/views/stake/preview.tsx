import type { ReactNode } from 'react'
import { ChainHash } from '../../parts/hash.tsx'
import type { Risk } from '../../stake/preview.ts'
import type { Asset } from '../../stake/types.ts'
import { formatDay, formatWindow } from '../../stake/units.ts'
import { Units } from './units.tsx'

/** What a write will do, told before the wallet is asked, and read out as it changes. */
export function Preview({ children }: { children: ReactNode }) {
  return (
    <section className="preview" aria-label="What it will do" aria-live="polite">
      {children}
    </section>
  )
}

/** When, by the chain's days. */
export const At = ({ time }: { time: bigint }) => (
  <time dateTime={new Date(1000 * Number(time)).toISOString()}>{formatDay(Number(time))}</time>
)

interface RiskListProps {
  risk: Risk
  asset: Asset
  /** Told once for what stays; what leaves does not count any more. */
  leaving?: boolean
}

/** Which modules can take what part of it. */
export function RiskList({ risk, asset, leaving = false }: RiskListProps) {
  return (
    <ul className="risks">
      {risk.lines.map(({ dim, backing, atMost, window, vetoable, beneficiary, counts }) => (
        <li key={String(dim)}>
          <strong>Module {String(dim)}</strong> can take at most{' '}
          <strong>
            <Units amount={atMost} asset={asset} />
          </strong>{' '}
          for one offence, of <Units amount={backing} asset={asset} /> that back it.
          <small>
            Within {formatWindow(Number(window))} of the offence, {vetoable ? 'unless it is vetoed' : 'without a veto'};{' '}
            {beneficiary === null ? (
              'it is burnt.'
            ) : (
              <>
                it goes to <ChainHash kind="address" value={beneficiary} name="beneficiary’s address" />
              </>
            )}
            {!leaving && !counts && ' Validator and module do not agree now: it does not count, and earns nothing.'}
          </small>
        </li>
      ))}
      {risk.lines.length > 1 && (
        <li>
          All of them together:{' '}
          <strong>
            <Units amount={risk.atMost} asset={asset} />
          </strong>{' '}
          at most for offences of one moment.
        </li>
      )}
    </ul>
  )
}
