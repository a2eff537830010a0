/**
 * What strangers publish: fetched over TLS from public servers alone, unless somebody who develops says otherwise.
 * @module
 */
import { type PublicFetch, PublicFetchError } from '@iotex2/identity/web/public-fetch'
import { type Context, flag } from './command.ts'

/** Options of commands that read what strangers name. */
export const webOptions = {
  allowLocal: flag(
    'Reach servers without TLS too, also on this computer and its networks: for development, as documents name servers that strangers chose.',
  ),
}

const LARGEST_BYTES = 1 << 20
const TIMEOUT_MS = 15_000

/** Returns what fetches. It throws PublicFetchError. */
export const fetcherOf = ({ allowLocal }: { allowLocal: boolean }, { fetchPublic }: Context): PublicFetch =>
  allowLocal ? fetchAnywhere : fetchPublic

async function fetchAnywhere(text: string, accept = '*/*'): Promise<Uint8Array> {
  if (!/^https?:/.test(text))
    throw new PublicFetchError('FETCH_URL_REFUSED', `${text.slice(0, 200)} is neither https nor http.`)
  let response: Response
  try {
    response = await fetch(text, { headers: { accept }, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new PublicFetchError('FETCH_FAILED', `${text.slice(0, 200)} does not answer.`, { cause })
  }
  const { status } = response
  if (!response.ok) throw new PublicFetchError('FETCH_STATUS', `${text.slice(0, 200)} answers ${status}.`, { status })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > LARGEST_BYTES)
      throw new PublicFetchError('FETCH_TOO_LARGE', `${text.slice(0, 200)} is larger than 1 MiB.`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
