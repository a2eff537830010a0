/**
 * A device's nonces: each is given out once, whatever is killed or lost.
 *
 * The file holds a mark that no nonce given out exceeds; it is raised durably, by a block, before any nonce of the block
 * is used. A restart goes on after the mark: it leaves gaps, which nonces may have, and repeats none. Where there is no
 * file, nonces start at the clock's milliseconds: a device that lost its whole disk but not its key goes on above what it
 * used before, as long as it averaged less than a thousand readings a second.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { replaceFile } from './durable-file.ts'

const BLOCK = 256n

/** Thrown when the mark cannot be read. Code NONCE_FILE_CORRUPT. To guess could be to reuse. */
export class NonceFileError extends CodedError {
  constructor(path: string) {
    super(
      'NONCE_FILE_CORRUPT',
      `${path} holds no decimal number: write one there that no nonce of this device has exceeded.`,
    )
  }
}

export interface NonceCounterOptions {
  path: string
  /** Where a device that never ran begins: the clock's milliseconds. */
  nowMs: number
  /** The highest nonce that is known to be used, if any. */
  usedUpTo?: bigint
}

export class NonceCounter {
  readonly #path: string
  /** The last nonce given out. */
  #last: bigint
  /** The durable mark. */
  #mark: bigint

  private constructor(path: string, mark: bigint) {
    this.#path = path
    this.#last = mark
    this.#mark = mark
  }

  /** Throws {@link NonceFileError}. */
  static async open({ path, nowMs, usedUpTo = 0n }: NonceCounterOptions): Promise<NonceCounter> {
    const mark = (await readMark(path)) ?? BigInt(nowMs)
    return new NonceCounter(path, mark > usedUpTo ? mark : usedUpTo)
  }

  /** Returns a nonce that was never given out. One call at a time. */
  async next(): Promise<bigint> {
    if (this.#last >= this.#mark) {
      const mark = this.#last + BLOCK
      await replaceFile(this.#path, `${mark}\n`)
      this.#mark = mark
    }
    this.#last++
    return this.#last
  }
}

async function readMark(path: string): Promise<bigint | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (!/^\d{1,20}\n$/.test(text)) throw new NonceFileError(path)
  return BigInt(text.trim())
}
