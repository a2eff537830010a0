/** Returns `0x1234…cdef` of long hexadecimal, and the text itself where that would save nothing. */
export const shortenHash = (hash: string, edge = 4): string => {
  const start = hash.startsWith('0x') ? edge + 2 : edge
  return hash.length <= start + edge + 1 ? hash : `${hash.slice(0, start)}…${hash.slice(-edge)}`
}

/** Returns `did:io:0x1234…cdef`: the method stays readable. */
export function shortenDid(did: string): string {
  const at = did.lastIndexOf(':') + 1
  return `${did.slice(0, at)}${shortenHash(did.slice(at))}`
}
