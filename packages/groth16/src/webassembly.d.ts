/** The part of WebAssembly that this package uses: TypeScript declares it with the browser's library only. */
declare namespace WebAssembly {
  interface Module {
    readonly brand: 'WebAssembly.Module'
  }
  const Module: { exports(module: Module): { name: string; kind: string }[] }
  interface Instance {
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(descriptor: { initial: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  function compile(code: Uint8Array<ArrayBuffer>): Promise<Module>
  function instantiate(module: Module, imports: Record<string, Record<string, unknown>>): Promise<Instance>
}
