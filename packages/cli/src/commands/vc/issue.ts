import { CREDENTIALS_V2 } from '@iotex2/identity/credentials/contexts'
import { issueCredential, type SecuredCredential, toDateTime } from '@iotex2/identity/credentials/credential'
import { encodeGrant, type SignedGrant } from '@iotex2/identity/credentials/grant'
import { Granter } from '@iotex2/identity/credentials/granter'
import type { Credential, CredentialStatus } from '@iotex2/identity/credentials/model'
import { statusEntry } from '@iotex2/identity/credentials/status-list'
import type { Hex } from '@iotex2/protocol/hex'
import { type Static, Type } from 'typebox'
import { type Context, choice, count, defineCommand, file, list as several, text } from '../../command.ts'
import { FileError, UsageError } from '../../errors.ts'
import { expectAbsent, readJson, toJson, writeNew } from '../../files.ts'
import { expectKeyFits, expectLedger } from '../../identity.ts'
import { accountOf, accountOptions, IssuerList, issuerOptions, openIssuer } from '../../issuer.ts'
import { networkOptions, withNetwork } from '../../network.ts'
import { openKey } from '../../passwords.ts'

/** Gives terms that no other context defines a meaning of the issuer's own: without one a proof would not cover them. */
const UNDEFINED_TERMS = 'https://www.w3.org/ns/credentials/undefined-terms/v2'

const Options = Type.Object({
  claims: file('JSON object: what is said of the subject.'),
  subject: text('DID', 'Whom it is about.', { pattern: '^did:[a-z0-9]+:.+$' }),
  type: text('NAME', 'What kind of credential it is.', { pattern: '^[A-Z][A-Za-z0-9]*$' }),
  out: file('The credential to write.'),
  format: choice(['jwt', 'data-integrity'], 'How it is signed.', { default: 'jwt' }),
  context: several(
    'URL',
    'A JSON-LD context of the claims, of those that are bundled. With --format data-integrity, terms have a meaning of the issuer’s own without one.',
  ),
  validUntil: Type.Optional(
    text('TIME', 'When it ends, such as 2030-12-31T23:59:59Z.', {
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
    }),
  ),
  status: Type.Optional(file("The issuer's revocation list.")),
  statusUrl: Type.Optional(
    text('URL', 'Where that list is published; needed to begin one.', { pattern: '^https?://' }),
  ),
  grant: Type.Optional(file('The grant to write, with which the device obtains the credential on chain (vc obtain).')),
  grantDays: count('How many days the grant may be brought.', { minimum: 1, maximum: 3650, default: 30 }),
  ...issuerOptions,
  ...accountOptions,
  ...networkOptions,
})

export default defineCommand({
  summary: 'Issue a credential: what an issuer says of a subject, signed',
  details: [
    "The issuer's DID is did:io, or another with --key-id: whoever verifies the credential finds the key in its document, so register that first (ioid register).",
    'With --status the credential can be revoked: the file keeps which bits of the list are taken, and is made where it is not there. Publish the list at its URL (vc revoke writes it) before anyone verifies.',
    'With --grant the device can obtain the credential on chain, which burns IOTX: governance has listed the issuer (vc admit), which has defined the type (vc define) and anchored the list (vc revoke --anchor).',
    'Data Integrity proofs are eddsa-rdfc-2022 of Ed25519 keys and ecdsa-rdfc-2019 of P-256 keys; secp256k1 has none, and signs JWTs.',
  ],
  operands: ['claims'],
  options: Options,
  async run(options, context) {
    const path = context.resolve(options.out)
    const grantPath = options.grant === undefined ? undefined : context.resolve(options.grant)
    await expectAbsent(path, ...(grantPath === undefined ? [] : [grantPath]))
    if (options.statusUrl !== undefined && options.status === undefined)
      throw new UsageError('OPTION_MISSING', '--status-url goes with --status FILE.')
    if (options.grant !== undefined && options.status === undefined)
      throw new UsageError('OPTION_MISSING', '--grant goes with --status FILE: what is obtained can be revoked.')
    if (options.validUntil !== undefined && Number.isNaN(Date.parse(options.validUntil)))
      throw new UsageError('OPTION_INVALID', `"${options.validUntil}" is no time.`)
    const claims = await readJson(context.resolve(options.claims))
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
      throw new FileError('FILE_MALFORMED', `${options.claims} is no JSON object.`)
    const { did: issuer, signer } = await openIssuer(options, context)
    const list =
      options.status === undefined
        ? undefined
        : await IssuerList.open(context.resolve(options.status), issuer, options.statusUrl)
    const index = list?.take((length) => context.randomBytes(length))
    const status = list && statusEntry(list.url, 'revocation', index!)
    const contexts = options.context.length > 0 || options.format === 'jwt' ? options.context : [UNDEFINED_TERMS]
    const credential: Credential = {
      '@context': [CREDENTIALS_V2, ...contexts],
      type: ['VerifiableCredential', options.type],
      issuer,
      validFrom: toDateTime(context.now()),
      ...(options.validUntil !== undefined && { validUntil: options.validUntil }),
      credentialSubject: { ...claims, id: options.subject },
      ...(status && { credentialStatus: status }),
    }
    const { format } = options
    const secured = await issueCredential(credential, { signer, format, now: () => context.now() })
    const grant = grantPath === undefined ? undefined : await sign(options, context, credential, secured, status!)
    // The bit is taken before the credential exists: a bit too many is lost, none is used twice.
    await list?.save()
    await writeNew(path, `${typeof secured === 'string' ? secured : JSON.stringify(secured)}\n`)
    if (grant) await writeNew(grantPath!, toJson(encodeGrant(grant)))
    return {
      lines: [
        `${path}: ${options.type} of ${options.subject}, by ${issuer}`,
        ...(list ? [`revocable as index ${index} of ${list.url}`] : ['it cannot be revoked: no --status was given']),
        ...(grant ? [`${grantPath}: grant to ${grant.grant.device}, until ${untilOf(grant)}`] : []),
      ],
      json: {
        credential: path,
        issuer,
        subject: options.subject,
        statusIndex: index,
        statusUrl: list?.url,
        grant: grantPath,
      },
    }
  },
})

const untilOf = ({ grant }: SignedGrant): string => toDateTime(Number(grant.deadline) * 1000)

/** Returns the grant of a credential. Throws CredentialError where the chain would not take it. */
async function sign(
  options: Static<typeof Options>,
  context: Context,
  credential: Credential,
  secured: SecuredCredential,
  status: CredentialStatus,
): Promise<SignedGrant> {
  const { keystore, passwordFile } = accountOf(options)
  const sources = { file: passwordFile, environment: context.settings.password }
  return withNetwork(options, context, async (connection) => {
    const key = await openKey(keystore, sources, context)
    expectKeyFits(key, connection.chainId, keystore)
    const ledger = expectLedger(connection)
    const granter = new Granter({
      ledger,
      key,
      chainId: connection.chainId,
      registry: (await ledger.registry.getAddress()).toLowerCase() as Hex,
      now: () => context.now(),
      lifetimeSeconds: options.grantDays * 86_400,
    })
    return granter.grant(credential, secured, options.type, status)
  })
}
