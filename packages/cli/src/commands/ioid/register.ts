import { formatDid } from '@iotex2/identity/did'
import { documentHash, verifyDocument } from '@iotex2/identity/document'
import { DocumentStore } from '@iotex2/identity/document-store'
import { Type } from 'typebox'
import { defineCommand, directory, file, text } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { readBytes, withFile } from '../../files.ts'
import {
  deviceOptions,
  expectKeyFits,
  expectProject,
  projectOperand,
  SENDS,
  withWriter,
  writeOptions,
} from '../../identity.ts'
import { openDeviceKey } from '../../passwords.ts'

export default defineCommand({
  summary: 'Register a device to you: its ioID, its account, its DID document',
  details: [
    SENDS,
    'The device signs its consent, which names you. In a hardware project an ioID is bought where none is free; in a virtual one the device pays. A device NFT is minted where you hold none. A device that is yours already gets its document updated.',
  ],
  operands: ['device'],
  options: Type.Object({
    device: file("The device's keystore."),
    project: projectOperand,
    document: file('Its DID document, as `ioid did` wrote it.'),
    uri: Type.Optional(text('URI', 'Where these very bytes are stored.', { maxLength: 512 })),
    store: Type.Optional(directory('A directory to store the document in, under its hash.')),
    baseUri: Type.Optional(text('URL', 'Where that directory is served; a file: URI is registered without it.')),
    ...deviceOptions,
    ...writeOptions,
  }),
  async run(options, context) {
    const { uri, store } = options
    if ((uri === undefined) === (store === undefined))
      throw new UsageError('OPTION_MISSING', 'Give either --uri URI or --store DIR.')
    const bytes = await readBytes(context.resolve(options.document))
    const sources = { file: options.devicePasswordFile, environment: context.settings.devicePassword }
    const key = await openDeviceKey(options.device, sources, context)
    const did = formatDid(key.address)
    verifyDocument(bytes, documentHash(bytes), did)
    return withWriter(options, context, async ({ chainId, contracts, onboarder, signer }) => {
      expectKeyFits(key, chainId, options.device)
      const projectId = BigInt(options.project)
      await expectProject(contracts.project, projectId, await signer.getAddress())
      const document =
        store === undefined
          ? { hash: documentHash(bytes), uri: uri! }
          : await withFile(store, () => new DocumentStore(context.resolve(store), options.baseUri).put(bytes))
      const [device] = await onboarder.registerDevices(projectId, [{ key, document }])
      const { ioid, account, owner } = device!
      return {
        lines: [
          `${did} is ioID ${ioid} of project ${projectId}`,
          `owner    ${owner}`,
          `account  ${account}`,
          `document ${document.uri}`,
        ],
        json: { did, ioid, project: projectId, owner, account, document, transactions: signer.transactions },
      }
    })
  },
})
