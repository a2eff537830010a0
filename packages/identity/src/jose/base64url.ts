/**
 * Base64url without padding (RFC 4648 §5), one text for each byte string: what decodes to the same bytes but is written
 * otherwise is refused, so that nothing signed or hashed has two spellings.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when a text is not canonical base64url. Code BASE64URL_MALFORMED. */
export class Base64UrlError extends CodedError {
  constructor() {
    super('BASE64URL_MALFORMED', 'Expected base64url without padding.')
  }
}

export const encodeBase64Url = (bytes: Uint8Array | string): string =>
  Buffer.from(bytes as string).toString('base64url')

/** Returns the bytes that `text` encodes. Throws {@link Base64UrlError}. */
export function decodeBase64Url(text: unknown): Buffer {
  if (typeof text !== 'string') throw new Base64UrlError()
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw new Base64UrlError()
  return bytes
}
