/**
 * What an issuer of credentials keeps: a key that signs for its DID, and the list that tells which were revoked.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { StatusList } from '@iotex2/identity/credentials/status-list'
import { formatDid } from '@iotex2/identity/did'
import type { Signer } from '@iotex2/identity/jose/signature'
import { didOf } from '@iotex2/identity/verification-method'
import { CodedError } from '@iotex2/protocol/errors'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Context, file, text } from './command.ts'
import { FileError } from './errors.ts'
import { replaceFile, toJson, withFile } from './files.ts'
import { openSecretKey } from './passwords.ts'

/** Options of commands that sign as an issuer. */
export const issuerOptions = {
  issuer: file("The issuer's keystore: of secp256k1, P-256 or Ed25519."),
  keyId: Type.Optional(
    text(
      'DIDURL',
      "Where the issuer's document has the key, such as did:web:lab.example#key-1; by default #key-1 of the key's did:io.",
      { pattern: '^did:[a-z0-9]+:.+#.+$' },
    ),
  ),
  passwordFile: Type.Optional(
    file('A file whose first line opens the keystore. IOTEX2_PASSWORD does too; otherwise you are asked.'),
  ),
}

/** Options of commands that use the issuer's account on chain, beside its key. */
export const accountOptions = {
  account: Type.Optional(file("The keystore of the issuer's account on chain; the issuer's own by default.")),
  accountPasswordFile: Type.Optional(
    file("A file whose first line opens the keystore of the account; by default what opens the issuer's."),
  ),
}

/** Returns the keystore of the issuer's account, and where its password comes from. */
export const accountOf = (options: {
  issuer: string
  passwordFile?: string
  account?: string
  accountPasswordFile?: string
}): { keystore: string; passwordFile?: string } => {
  const passwordFile = options.accountPasswordFile ?? options.passwordFile
  return { keystore: options.account ?? options.issuer, ...(passwordFile === undefined ? {} : { passwordFile }) }
}

/** Returns the issuer's DID and what signs for it. Throws as openSecretKey does, and SignatureError. */
export async function openIssuer(
  options: { issuer: string; keyId?: string; passwordFile?: string },
  context: Context,
): Promise<{ did: string; signer: Signer }> {
  const sources = { file: options.passwordFile, environment: context.settings.password }
  const key = await openSecretKey(options.issuer, sources, context)
  const kid = options.keyId ?? `${formatDid(key.address)}#key-1`
  return { did: didOf(kid), signer: key.signer(kid) }
}

/**
 * Thrown when a list cannot be used so. Codes STATUS_LIST_FULL, STATUS_INDEX_UNKNOWN, STATUS_LIST_NOT_OWNED,
 * STATUS_LIST_ELSEWHERE, STATUS_LIST_ANCHORED.
 */
export class StatusFileError extends CodedError {
  constructor(
    code:
      | 'STATUS_LIST_FULL'
      | 'STATUS_INDEX_UNKNOWN'
      | 'STATUS_LIST_NOT_OWNED'
      | 'STATUS_LIST_ELSEWHERE'
      | 'STATUS_LIST_ANCHORED',
    message: string,
  ) {
    super(code, message)
  }
}

const StatusFile = Type.Object({
  issuer: Type.String(),
  url: Type.String({ pattern: '^https?://' }),
  issued: Type.Array(Type.Integer({ minimum: 0 }), { uniqueItems: true }),
  encodedList: Type.String(),
  anchored: Type.Optional(Type.Boolean()),
})

/** A revocation list as its issuer keeps it: where it is published, which bits belong to credentials, which are set. */
export class IssuerList {
  readonly url: string
  readonly list: StatusList
  /** Whether the list is on chain: what is published must be anchored there from then on. */
  isAnchored: boolean
  readonly #issuer: string
  readonly #issued: Set<number>
  readonly #path: string

  private constructor(
    path: string,
    {
      issuer,
      url,
      issued,
      list,
      isAnchored,
    }: Pick<IssuerList, 'url' | 'list' | 'isAnchored'> & {
      issuer: string
      issued: Set<number>
    },
  ) {
    this.isAnchored = isAnchored
    this.#path = path
    this.#issuer = issuer
    this.url = url
    this.#issued = issued
    this.list = list
  }

  /**
   * Reads a list of `issuer`'s; where there is no file, makes one for `url`. Throws {@link FileError},
   * {@link StatusFileError} and CredentialError.
   */
  static async open(path: string, issuer: string, url?: string): Promise<IssuerList> {
    const text = await withFile(path, () => readFile(path, 'utf8')).catch((error: unknown) => {
      if (url !== undefined && (error as { code?: unknown }).code === 'FILE_NOT_FOUND') return undefined
      throw error
    })
    if (text === undefined)
      return new IssuerList(path, { issuer, url: url!, issued: new Set(), list: StatusList.empty(), isAnchored: false })
    const malformed = (cause?: unknown) =>
      new FileError('FILE_MALFORMED', `${path} is no list that iotex2 vc issue keeps.`, { cause })
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      throw malformed(cause)
    }
    if (!Value.Check(StatusFile, json)) throw malformed()
    if (url !== undefined && url !== json.url)
      throw new StatusFileError('STATUS_LIST_ELSEWHERE', `${path} is published at ${json.url}, not at ${url}.`)
    if (json.issuer !== issuer)
      throw new StatusFileError(
        'STATUS_LIST_NOT_OWNED',
        `${path} is ${json.issuer}'s, and the keystore is of ${issuer}.`,
      )
    const [issued, list] = [new Set(json.issued), StatusList.decode(json.encodedList)]
    return new IssuerList(path, { issuer, url: json.url, issued, list, isAnchored: json.anchored ?? false })
  }

  /** Takes a bit that no credential has, at random, so that its place tells nothing. Throws {@link StatusFileError}. */
  take(randomBytes: Context['randomBytes']): number {
    if (this.#issued.size >= this.list.length / 2)
      throw new StatusFileError('STATUS_LIST_FULL', `Half of the list of ${this.url} is taken: begin another.`)
    for (;;) {
      // The length is a power of two times eight: 32 random bits leave no bias.
      const index = new DataView(Uint8Array.from(randomBytes(4)).buffer).getUint32(0) % this.list.length
      if (this.#issued.has(index)) continue
      this.#issued.add(index)
      return index
    }
  }

  /** Sets the bit of a credential. Throws {@link StatusFileError}. */
  revoke(index: number): void {
    if (!this.#issued.has(index))
      throw new StatusFileError('STATUS_INDEX_UNKNOWN', `No credential of the list of ${this.url} has index ${index}.`)
    this.list.set(index, true)
  }

  /** Writes the list in place of what was there. Throws {@link FileError}. */
  save(): Promise<void> {
    const issued = [...this.#issued].sort((a, b) => a - b)
    return replaceFile(
      this.#path,
      toJson({
        issuer: this.#issuer,
        url: this.url,
        issued,
        encodedList: this.list.encode(),
        ...(this.isAnchored && { anchored: true }),
      }),
    )
  }
}
