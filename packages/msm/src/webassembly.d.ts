/** What TypeScript declares with the browser's library only: the parts that this project uses in Node as well. */
declare namespace WebAssembly {
  interface Module {
    readonly brand: 'WebAssembly.Module'
  }
  const Module: {
    new (code: Uint8Array<ArrayBuffer>): Module
    exports(module: Module): { name: string; kind: string }[]
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  function compile(code: Uint8Array<ArrayBuffer>): Promise<Module>
  function instantiate(module: Module, imports: Record<string, Record<string, unknown>>): Promise<Instance>
}

/** A browser's. */
declare class Worker {
  constructor(url: URL, options: { type: 'module' })
  postMessage(message: unknown): void
  terminate(): void
  addEventListener(name: 'message', listener: (event: { data: never }) => void): void
  addEventListener(name: 'error', listener: (event: { message: string }) => void): void
}
