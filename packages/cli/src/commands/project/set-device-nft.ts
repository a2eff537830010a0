import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { creationCode } from '@iotex2/chain/contracts/ERC1967Proxy'
import { ContractFactory, type Signer } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, text } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { address, expectProject, projectOperand, SENDS, withWriter, writeOptions } from '../../identity.ts'

export default defineCommand({
  summary: "Name the NFT contract whose tokens are a project's devices, once",
  details: [
    SENDS,
    'Give the address of a contract of yours, or a name and a symbol: then one is made, which you own, and initialized in the transaction that makes it.',
  ],
  operands: ['project'],
  options: Type.Object({
    project: projectOperand,
    contract: Type.Optional(address('A device NFT contract that exists.')),
    name: Type.Optional(text('NAME', 'The name of one to make.', { maxLength: 64 })),
    symbol: Type.Optional(text('SYMBOL', 'Its symbol.', { maxLength: 16 })),
    ...writeOptions,
  }),
  async run(options, context) {
    const { contract, name, symbol } = options
    if ((contract === undefined) !== (name !== undefined && symbol !== undefined) || (contract && (name || symbol)))
      throw new UsageError('OPTION_MISSING', 'Give either --contract ADDRESS, or --name NAME and --symbol SYMBOL.')
    return withWriter(options, context, async ({ contracts: { project }, deployment, onboarder, signer }) => {
      const id = BigInt(options.project)
      await expectProject(project, id, await signer.getAddress())
      const deviceNFT = await onboarder.ensureDeviceContract(
        id,
        async () => contract ?? deployDeviceNft(signer, deployment.address('deviceNftImplementation'), name!, symbol!),
      )
      return {
        lines: [
          `project ${id}: devices are tokens of ${deviceNFT}${signer.transactions.length === 0 ? ', as before' : ''}`,
        ],
        json: { project: id, deviceNFT, transactions: signer.transactions },
      }
    })
  },
})

/** Returns the address of a new device NFT contract behind a proxy, which the signer owns. */
async function deployDeviceNft(signer: Signer, implementation: string, name: string, symbol: string): Promise<string> {
  const initialize = deviceNFTInterface.encodeFunctionData('initialize', [name, symbol])
  const abi = ['constructor(address implementation, bytes data)']
  const made = await new ContractFactory(abi, creationCode, signer).deploy(implementation, initialize)
  return made.getAddress()
}
