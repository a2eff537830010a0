/**
 * NOR flash as a file, for the queue of the C core. The file ends behind what was ever programmed: beyond it, flash is
 * erased. It holds every byte inverted, so that what is erased is a hole.
 *
 * What was programmed is with the operating system at once, and so outlives this process; `synced` resolves once it
 * outlives the machine.
 * @module
 */
import { closeSync, constants, fdatasync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

/** Flash as the core drives it: what throws is a failed access. */
export interface Flash {
  readonly sectorBytes: number
  readonly sectors: number
  /** Bytes that are programmed at a time. */
  readonly unitBytes: number
  read(address: number, bytes: Uint8Array): void
  program(address: number, bytes: Uint8Array): void
  erase(address: number, length: number): void
}

export interface FlashSize {
  sectorBytes: number
  sectors: number
}

/** 4 KiB a sector, as flash chips have; 8 MiB hold some 25,000 readings. */
export const DEFAULT_FLASH: FlashSize = { sectorBytes: 4096, sectors: 2048 }

/** Flash in memory, for a device that is not to last. */
export class MemoryFlash implements Flash {
  readonly sectorBytes: number
  readonly sectors: number
  readonly unitBytes = 1
  readonly #bytes: Uint8Array

  constructor({ sectorBytes, sectors }: FlashSize) {
    this.sectorBytes = sectorBytes
    this.sectors = sectors
    this.#bytes = new Uint8Array(sectorBytes * sectors).fill(0xff)
  }

  read(address: number, bytes: Uint8Array): void {
    bytes.set(this.#bytes.subarray(address, address + bytes.length))
  }

  program(address: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, address)
  }

  erase(address: number, length: number): void {
    this.#bytes.fill(0xff, address, address + length)
  }
}

const dataSync = promisify(fdatasync)

/** Records are read in small parts: this much is read at once. */
const PAGE_BYTES = 512

export class FlashFile implements Flash {
  readonly sectorBytes: number
  readonly sectors: number
  readonly unitBytes = 1
  readonly #file: number
  /** Bytes of the file. */
  #size: number
  readonly #page = new Uint8Array(PAGE_BYTES)
  /** Which page was read last. */
  #cached = -1
  /** Counts writes, and those that are known to be durable. */
  #written = 0
  #durable = 0
  #syncing: Promise<void> | undefined

  private constructor(file: number, size: number, { sectorBytes, sectors }: FlashSize) {
    this.#file = file
    this.#size = size
    this.sectorBytes = sectorBytes
    this.sectors = sectors
  }

  /** Opens flash that may be there already; it only grows. */
  static open(path: string, { sectorBytes, sectors }: FlashSize): FlashFile {
    const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    const { size } = fstatSync(file)
    return new FlashFile(file, size, { sectorBytes, sectors: Math.max(sectors, Math.ceil(size / sectorBytes)) })
  }

  read(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const page = Math.floor((address + done) / PAGE_BYTES)
      const start = address + done - page * PAGE_BYTES
      const part = bytes.subarray(done, done + PAGE_BYTES - start)
      if (address + done >= this.#size) part.fill(0xff)
      else {
        this.#load(page)
        part.set(this.#page.subarray(start, start + part.length))
      }
      done += part.length
    }
  }

  program(address: number, bytes: Uint8Array): void {
    this.#write(
      address,
      bytes.map((byte) => ~byte),
    )
  }

  erase(address: number, length: number): void {
    this.#write(address, new Uint8Array(length))
  }

  /** Resolves once everything that was programmed is durable. Calls that overlap share one fdatasync. */
  async synced(): Promise<void> {
    const wanted = this.#written
    while (this.#durable < wanted) {
      this.#syncing ??= this.#sync()
      await this.#syncing
    }
  }

  async close(): Promise<void> {
    try {
      await this.synced()
    } finally {
      closeSync(this.#file)
    }
  }

  async #sync(): Promise<void> {
    const written = this.#written
    try {
      await dataSync(this.#file)
      this.#durable = written
    } finally {
      this.#syncing = undefined
    }
  }

  #load(page: number): void {
    if (this.#cached === page) return
    this.#cached = -1
    const read = readSync(this.#file, this.#page, 0, PAGE_BYTES, page * PAGE_BYTES)
    this.#page.fill(0, read)
    for (let i = 0; i < PAGE_BYTES; i++) this.#page[i] = ~this.#page[i]!
    this.#cached = page
  }

  #write(address: number, bytes: Uint8Array): void {
    this.#written++
    this.#cached = -1
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, address + done)
      this.#size = Math.max(this.#size, address + done)
    }
  }
}
