/**
 * Fetches what strangers name: over TLS, from public addresses only, without redirects, and not for ever. So that a DID or
 * a document's URI cannot be used to reach what only this host can reach (server-side request forgery).
 *
 * Addresses are checked as the connection is made, not before: a name that answers otherwise the second time gains nothing.
 * @module
 */
import { lookup as systemLookup } from 'node:dns'
import { request } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { CodedError } from '@iotex2/protocol/errors'

export type PublicFetchErrorCode =
  | 'FETCH_URL_REFUSED'
  | 'FETCH_ADDRESS_REFUSED'
  | 'FETCH_FAILED'
  | 'FETCH_STATUS'
  | 'FETCH_TOO_LARGE'

/** Thrown when a URL is not fetched. */
export class PublicFetchError extends CodedError {
  declare readonly code: PublicFetchErrorCode
  /** The HTTP status, of FETCH_STATUS. */
  readonly status: number | undefined

  constructor(code: PublicFetchErrorCode, message: string, options: ErrorOptions & { status?: number } = {}) {
    super(code, message, options)
    this.status = options.status
  }
}

export interface PublicFetchOptions {
  maximumBytes?: number
  timeoutMs?: number
  /** Of certificates: the system's by default. */
  ca?: string
  /** As node:dns has it. */
  lookup?: typeof systemLookup
  /** Whether an address may be connected to: {@link isPublicAddress} unless a test has its server on this host. */
  allowAddress?: (address: string) => boolean
}

/** Returns the body at an https: URL. Throws {@link PublicFetchError}. */
export type PublicFetch = (url: string, accept?: string) => Promise<Uint8Array>

/** IANA's special-purpose registries: what is not globally reachable, or leads to what is not. */
const special = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, prefix, 'ipv4')
/** Global unicast is 2000::/3; these parts of it are not, or carry an IPv4 address. */
const special6 = new BlockList()
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special6.addSubnet(network, prefix, 'ipv6')
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Whether anyone can reach `address`. IPv4 addresses inside IPv6 are refused. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4')
    case 6:
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6')
    default:
      return false
  }
}

export function createPublicFetch({
  maximumBytes = 1 << 20,
  timeoutMs = 5_000,
  ca,
  lookup = systemLookup,
  allowAddress = isPublicAddress,
}: PublicFetchOptions = {}): PublicFetch {
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      const allowed = addresses.filter(({ address }) => allowAddress(address))
      if (allowed.length < addresses.length || !allowed[0])
        return callback(
          new PublicFetchError('FETCH_ADDRESS_REFUSED', `${hostname} is at an address that is not public.`),
          '',
        )
      if (options.all) callback(null, allowed)
      else callback(null, allowed[0].address, allowed[0].family)
    })
  }

  return (text, accept = '*/*') =>
    new Promise((resolve, reject) => {
      let url: URL
      try {
        url = new URL(text)
      } catch (cause) {
        return reject(new PublicFetchError('FETCH_URL_REFUSED', `"${text.slice(0, 200)}" is no URL.`, { cause }))
      }
      // With an address for a name there is no look-up to check, and no name for the certificate.
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (url.protocol !== 'https:' || isIP(host) !== 0 || url.username !== '' || url.password !== '')
        return reject(
          new PublicFetchError('FETCH_URL_REFUSED', `${url.origin} is not https: with a name and nothing more.`),
        )

      const fail = (cause: unknown) =>
        reject(
          cause instanceof PublicFetchError
            ? cause
            : new PublicFetchError('FETCH_FAILED', `${url.host} does not answer.`, { cause }),
        )
      const sent = request(
        url,
        {
          lookup: checkedLookup,
          agent: false,
          signal: AbortSignal.timeout(timeoutMs),
          headers: { accept, 'accept-encoding': 'identity' },
          ...(ca === undefined ? {} : { ca }),
        },
        (response) => {
          const { statusCode: status = 0 } = response
          if (status !== 200) {
            response.destroy()
            // Redirects too: where they lead was not checked.
            return reject(new PublicFetchError('FETCH_STATUS', `${url.host} answers ${status}.`, { status }))
          }
          const parts: Buffer[] = []
          let length = 0
          response.on('data', (part: Buffer) => {
            length += part.length
            parts.push(part)
            if (length > maximumBytes)
              response.destroy(
                new PublicFetchError('FETCH_TOO_LARGE', `${url.host} sends more than ${maximumBytes} bytes.`),
              )
          })
          response.on('end', () => resolve(Buffer.concat(parts)))
          response.on('error', fail)
        },
      )
      sent.on('error', fail)
      sent.end()
    })
}
