import { CREDENTIALS_V2 } from '@iotex2/identity/credentials/contexts'
import { issueCredential, toDateTime } from '@iotex2/identity/credentials/credential'
import { statusEntry } from '@iotex2/identity/credentials/status-list'
import { formatDid } from '@iotex2/identity/did'
import { Type } from 'typebox'
import { defineCommand, file, text } from '../../command.ts'
import { FileError, UsageError } from '../../errors.ts'
import { expectAbsent, readJson, writeNew } from '../../files.ts'
import { deviceSigner, IssuerList } from '../../issuer.ts'
import { openKey } from '../../passwords.ts'

export default defineCommand({
  summary: 'Issue a credential: what an issuer says of a subject, signed',
  details: [
    "The issuer is a device's or a person's DID: whoever verifies the credential finds the key in its document on chain, so register that first (ioid register).",
    'With --status the credential can be revoked: the file keeps which bits of the list are taken, and is made where it is not there. Publish the list at its URL (vc revoke writes it) before anyone verifies.',
  ],
  operands: ['claims'],
  options: Type.Object({
    claims: file('JSON object: what is said of the subject.'),
    issuer: file("The issuer's keystore."),
    subject: text('DID', 'Whom it is about.', { pattern: '^did:[a-z0-9]+:.+$' }),
    type: text('NAME', 'What kind of credential it is.', { pattern: '^[A-Z][A-Za-z0-9]*$' }),
    out: file('The credential to write (a JWT).'),
    validUntil: Type.Optional(
      text('TIME', 'When it ends, such as 2030-12-31T23:59:59Z.', {
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
      }),
    ),
    status: Type.Optional(file("The issuer's revocation list.")),
    statusUrl: Type.Optional(
      text('URL', 'Where that list is published; needed to begin one.', { pattern: '^https?://' }),
    ),
    passwordFile: Type.Optional(
      file('A file whose first line opens the keystore. IOTEX2_PASSWORD does too; otherwise you are asked.'),
    ),
  }),
  async run(options, context) {
    const path = context.resolve(options.out)
    await expectAbsent(path)
    if (options.statusUrl !== undefined && options.status === undefined)
      throw new UsageError('OPTION_MISSING', '--status-url goes with --status FILE.')
    if (options.validUntil !== undefined && Number.isNaN(Date.parse(options.validUntil)))
      throw new UsageError('OPTION_INVALID', `"${options.validUntil}" is no time.`)
    const claims = await readJson(context.resolve(options.claims))
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
      throw new FileError('FILE_MALFORMED', `${options.claims} is no JSON object.`)
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openKey(options.issuer, sources, context)
    const issuer = formatDid(key.address)
    const list =
      options.status === undefined
        ? undefined
        : await IssuerList.open(context.resolve(options.status), issuer, options.statusUrl)
    const index = list?.take((length) => context.randomBytes(length))
    const credential = {
      '@context': [CREDENTIALS_V2],
      type: ['VerifiableCredential', options.type],
      issuer,
      validFrom: toDateTime(context.now()),
      ...(options.validUntil !== undefined && { validUntil: options.validUntil }),
      credentialSubject: { ...claims, id: options.subject },
      ...(list && { credentialStatus: statusEntry(list.url, 'revocation', index!) }),
    }
    const secured = await issueCredential(credential, {
      signer: deviceSigner(key),
      format: 'jwt',
      now: () => context.now(),
    })
    // The bit is taken before the credential exists: a bit too many is lost, none is used twice.
    await list?.save()
    await writeNew(path, `${String(secured)}\n`)
    return {
      lines: [
        `${path}: ${options.type} of ${options.subject}, by ${issuer}`,
        ...(list ? [`revocable as index ${index} of ${list.url}`] : ['it cannot be revoked: no --status was given']),
      ],
      json: { credential: path, issuer, subject: options.subject, statusIndex: index, statusUrl: list?.url },
    }
  },
})
