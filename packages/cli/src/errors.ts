/**
 * What can be wrong with a command line, its files and its answers. Codes are stable.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

/**
 * Thrown when the words of a command line make no command. Codes COMMAND_UNKNOWN, COMMAND_MISSING, OPTION_UNKNOWN,
 * OPTION_MISSING, OPTION_INVALID, OPERAND_UNEXPECTED. The process ends with 2.
 */
export class UsageError extends CodedError {
  constructor(
    code:
      | 'COMMAND_UNKNOWN'
      | 'COMMAND_MISSING'
      | 'OPTION_UNKNOWN'
      | 'OPTION_MISSING'
      | 'OPTION_INVALID'
      | 'OPERAND_UNEXPECTED',
    message: string,
  ) {
    super(code, message)
  }
}

/** Thrown when a file cannot be read or written. Codes FILE_NOT_FOUND, FILE_EXISTS, FILE_UNUSABLE, FILE_MALFORMED. */
export class FileError extends CodedError {
  constructor(
    code: 'FILE_NOT_FOUND' | 'FILE_EXISTS' | 'FILE_UNUSABLE' | 'FILE_MALFORMED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options)
  }
}
