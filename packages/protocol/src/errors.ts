/**
 * The base of every error that a caller may handle. `code` is stable; the message says what to do.
 * @module
 */
export class CodedError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** Thrown when input breaks the wire's rules. `status` is the HTTP status that a gateway replies. */
export class RequestError extends CodedError {
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(code, message)
    this.status = status
  }
}
