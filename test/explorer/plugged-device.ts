/**
 * Web Serial in the page whose one port is a simulated device's line: bytes go to the simulator and back as they are,
 * unless a test garbles or cuts them.
 * @module
 */
import { connect, type Socket } from 'node:net'
import type { Page } from 'playwright-core'

export class PluggedDevice {
  /** TCP port of the simulator's serial line; undefined while nothing is plugged in. */
  line: number | undefined
  /** Changes what the device sends, chunk for chunk. */
  garble: (bytes: Buffer) => Buffer = (bytes) => bytes
  /** The person closes the browser's chooser. */
  cancels = false
  #granted = false
  #socket: Socket | undefined
  #page: Page | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(line: number | undefined) {
    this.line = line
  }

  /** Puts Web Serial into every document that the page loads. */
  async install(page: Page): Promise<void> {
    this.#page = page
    await page.exposeBinding('serialDevice', (_source, action: string, argument: string) => this.#act(action, argument))
    await page.addInitScript(INSTALL)
  }

  /** Pulls the plug. */
  async unplug(): Promise<void> {
    this.line = undefined
    await this.#cut()
    await this.#tell('serialGone()')
  }

  async #act(action: string, argument: string): Promise<unknown> {
    switch (action) {
      case 'choose':
        if (this.cancels || this.line === undefined) return false
        this.#granted = true
        return true
      case 'granted':
        return this.#granted && this.line !== undefined
      case 'open':
        return this.#open()
      case 'write':
        this.#socket?.write(Buffer.from(argument, 'base64'))
        return true
      default:
        return this.#cut()
    }
  }

  async #open(): Promise<boolean> {
    await this.#cut()
    const { line } = this
    if (line === undefined) return false
    const socket = connect(line, '127.0.0.1')
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket === socket)
        void this.#tell(`serialPush(${JSON.stringify(this.garble(bytes).toString('base64'))})`)
    })
    socket.on('error', () => undefined)
    // The simulator ended, or somebody else plugged in.
    socket.once('close', () => {
      if (this.#socket === socket) void this.#tell('serialGone()')
    })
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('close', () => resolve(false))
    })
  }

  async #cut(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (!socket || socket.closed) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.destroy()
    await closed
  }

  /** In order; a page that is gone hears nothing. */
  #tell(script: string): Promise<unknown> {
    this.#turn = this.#turn.then(() => this.#page!.evaluate(script)).catch(() => undefined)
    return this.#turn
  }
}

/** Runs in the page, before its own scripts. */
function INSTALL(): void {
  const page = globalThis as unknown as {
    serialDevice(action: string, argument?: string): Promise<unknown>
    serialPush: (base64: string) => void
    serialGone: () => void
  }
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  page.serialPush = (base64) => controller?.enqueue(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
  page.serialGone = () => {
    controller?.error(new DOMException('The device has been lost.', 'NetworkError'))
    controller = undefined
    port.readable = null
    port.writable = null
  }
  const port = {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    open: async () => {
      if (!(await page.serialDevice('open'))) throw new DOMException('Failed to open serial port.', 'NetworkError')
      port.readable = new ReadableStream({
        start: (started) => {
          controller = started
        },
      })
      port.writable = new WritableStream({
        write: async (bytes: Uint8Array) => {
          await page.serialDevice('write', btoa(String.fromCharCode(...bytes)))
        },
      })
    },
    close: async () => {
      controller = undefined
      port.readable = null
      port.writable = null
      await page.serialDevice('close')
    },
  }
  Object.defineProperty(navigator, 'serial', {
    value: {
      requestPort: async () => {
        if (!(await page.serialDevice('choose'))) throw new DOMException('No port selected.', 'NotFoundError')
        return port
      },
      getPorts: async () => ((await page.serialDevice('granted')) ? [port] : []),
    },
  })
}
