import { shortenHash } from '../../format/hash.ts'
import { CopyButton } from '../../parts/copy-button.tsx'

/** Returns `portal.example/…/0x1234…cdef.json` of a long address: where it is, and which document. */
function shorten(uri: string): string {
  const [, scheme, host, path] = /^([a-z][a-z0-9+.-]*):(?:\/\/)?([^/?#]*)(.*)$/i.exec(uri) ?? []
  if (host === undefined) return uri.slice(0, 40)
  const last = path!
    .split('/')
    .at(-1)!
    .replace(/0x[0-9a-f]{64}/, (hash) => shortenHash(hash))
  const place = /^https?$/i.test(scheme!) ? host : `${scheme}:${shortenHash(host, 8)}`
  return `${place}${path === '' ? '' : `/…/${last.slice(-24)}`}`
}

/** Where the document lies. Only http(s) is made a link: the URI is whatever somebody registered. */
export function DocumentAddress({ uri }: { uri: string }) {
  const text = <code title={uri}>{shorten(uri)}</code>
  return (
    <span className="hash hash-full">
      {/^https?:\/\//i.test(uri) ? (
        <a href={uri} target="_blank" rel="noreferrer">
          {text}
        </a>
      ) : (
        text
      )}
      <CopyButton text={uri} name="document’s URI" />
    </span>
  )
}
