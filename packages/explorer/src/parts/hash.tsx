import { useNetwork } from '../api/network.tsx'
import { shortenDid, shortenHash } from '../format/hash.ts'
import { CopyButton } from './copy-button.tsx'

interface HashProps {
  value: string
  /** What it is, for the copy button: "task id". */
  name: string
  href?: string
  /** Shows all of it, broken over lines where it must be. */
  full?: boolean
}

/** An address, hash or DID: shortened, whole on hover, to be copied. */
export function Hash({ value, name, href, full = false }: HashProps) {
  const text = full ? value : value.startsWith('did:') ? shortenDid(value) : shortenHash(value)
  const outside = href !== undefined && !href.startsWith('#')
  return (
    <span className={full ? 'hash hash-full' : 'hash'}>
      {href === undefined ? (
        <code title={value}>{text}</code>
      ) : (
        <a href={href} title={value} {...(outside && { target: '_blank', rel: 'noreferrer' })}>
          <code>{text}</code>
        </a>
      )}
      <CopyButton text={value} name={name} />
    </span>
  )
}

/** A transaction or address, linked to the chain's own explorer where there is one. */
export function ChainHash({ kind, ...props }: Omit<HashProps, 'href'> & { kind: 'tx' | 'address' }) {
  const { stats } = useNetwork()
  const base = stats?.explorerBase
  return <Hash {...props} {...(base && { href: `${base}/${kind}/${props.value}` })} />
}

/** What stands where there is no value yet. */
export function None({ children = 'none yet' }: { children?: string }) {
  return <span className="none">{children}</span>
}
