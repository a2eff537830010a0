/** What is used of jsonld, which has no types of its own. */
declare module 'jsonld' {
  interface RemoteDocument {
    contextUrl?: string | null
    documentUrl: string
    document: unknown
  }
  interface CanonizeOptions {
    canonizeOptions: { algorithm: 'RDFC-1.0'; messageDigestAlgorithm: 'sha256' | 'sha384' }
    documentLoader: (url: string) => Promise<RemoteDocument>
    safe: boolean
  }
  const jsonld: {
    /** Returns canonical N-Quads. */
    canonize(document: object, options: CanonizeOptions): Promise<string>
  }
  export default jsonld
}
declare module '@digitalbazaar/credentials-context' {
  /** JSON-LD contexts by their URLs. */
  export const contexts: Map<string, object>
}
declare module '@digitalbazaar/citizenship-context' {
  /** JSON-LD contexts by their URLs. */
  export const contexts: Map<string, object>
}
declare module '@digitalbazaar/data-integrity-context' {
  const dataIntegrityContext: { contexts: Map<string, object> }
  export default dataIntegrityContext
}
