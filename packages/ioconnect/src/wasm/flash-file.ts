/**
 * NOR flash as a file, for the queue of the C core. Erased is 0xff on flash and a hole in the file, which holds every byte
 * inverted.
 *
 * What was programmed is with the operating system at once, and so outlives this process; `synced` resolves once it
 * outlives the machine.
 * @module
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
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

const inverted = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => ~byte)

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

export class FlashFile implements Flash {
  readonly sectorBytes: number
  readonly sectors: number
  readonly unitBytes = 1
  readonly #file: number
  /** A sector of the file that was read last: records are read in small parts. */
  readonly #cache: Uint8Array
  #cached = -1
  /** Counts writes, and those that are known to be durable. */
  #written = 0
  #durable = 0
  #syncing: Promise<void> | undefined

  private constructor(file: number, { sectorBytes, sectors }: FlashSize) {
    this.#file = file
    this.sectorBytes = sectorBytes
    this.sectors = sectors
    this.#cache = new Uint8Array(sectorBytes)
  }

  /** Opens flash that may be there already; it only grows. */
  static open(path: string, { sectorBytes, sectors }: FlashSize): FlashFile {
    const file = openSync(path, 'a+', 0o600)
    closeSync(file)
    const opened = openSync(path, 'r+')
    const { size } = fstatSync(opened)
    const held = Math.max(sectors, Math.floor(size / sectorBytes))
    if (size < held * sectorBytes) ftruncateSync(opened, held * sectorBytes)
    return new FlashFile(opened, { sectorBytes, sectors: held })
  }

  read(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const sector = Math.floor((address + done) / this.sectorBytes)
      this.#load(sector)
      const start = address + done - sector * this.sectorBytes
      const part = this.#cache.subarray(start, start + bytes.length - done)
      bytes.set(part, done)
      done += part.length
    }
  }

  program(address: number, bytes: Uint8Array): void {
    this.#write(address, inverted(bytes))
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
    await this.synced()
    closeSync(this.#file)
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

  #load(sector: number): void {
    if (this.#cached === sector) return
    this.#cached = -1
    if (readSync(this.#file, this.#cache, 0, this.sectorBytes, sector * this.sectorBytes) !== this.sectorBytes)
      throw new RangeError('The file that stands for flash was cut.')
    for (let i = 0; i < this.#cache.length; i++) this.#cache[i] = ~this.#cache[i]!
    this.#cached = sector
  }

  #write(address: number, bytes: Uint8Array): void {
    this.#written++
    this.#cached = -1
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#file, bytes, done, bytes.length - done, address + done)
  }
}
