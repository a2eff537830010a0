import { formatDid } from '@iotex2/identity/did'
import { ZeroAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { address, type Contracts, connectContracts, expectProject, projectOperand } from '../../identity.ts'
import { networkOptions, withNetwork } from '../../network.ts'

const PAGE = 100n

interface Listed {
  did: string
  ioid: bigint
  owner: string
  account: string
  project: bigint
}

export default defineCommand({
  summary: 'List the devices of a project, or those of an owner',
  options: Type.Object({
    project: Type.Optional(projectOperand),
    owner: Type.Optional(address('Who holds the ioIDs.')),
    ...networkOptions,
  }),
  async run(options, context) {
    if ((options.project === undefined) === (options.owner === undefined))
      throw new UsageError('OPTION_MISSING', 'Give either --project ID or --owner ADDRESS.')
    return withNetwork(options, context, async (connection) => {
      const contracts = connectContracts(connection, connection.provider)
      const found =
        options.owner === undefined
          ? projectDevices(contracts, BigInt(options.project!))
          : ownedDevices(contracts, options.owner)
      const devices: Listed[] = []
      for await (const device of found) {
        devices.push(device)
        context.progress.report(`${devices.length} devices`)
      }
      return {
        lines: devices.map(({ did, ioid, owner, account, project }) =>
          [did, `ioID ${ioid}`, `project ${project}`, `owner ${owner}`, `account ${account}`].join('  '),
        ),
        json: { devices },
      }
    })
  },
})

async function* projectDevices({ project, ioID, registry }: Contracts, id: bigint): AsyncGenerator<Listed> {
  await expectProject(project, id)
  let next = '0x0000000000000000000000000000000000000001'
  do {
    const page = await ioID.projectIDs(id, next, PAGE)
    const devices = page.array.filter((device) => device !== ZeroAddress)
    yield* await Promise.all(
      devices.map(async (device) => {
        const ioid = await registry.deviceTokenId(device)
        const [[account], owner] = await Promise.all([ioID['wallet(uint256)'](ioid), ioID.ownerOf(ioid)])
        return { did: formatDid(device), ioid, owner, account, project: id }
      }),
    )
    next = page.next
  } while (BigInt(next) > 1n)
}

/** ioIDs whose device was removed have no DID: they are left out. */
async function* ownedDevices({ ioID }: Contracts, owner: string): AsyncGenerator<Listed> {
  const balance = await ioID.balanceOf(owner)
  for (let i = 0n; i < balance; i++) {
    const ioid = await ioID.tokenOfOwnerByIndex(owner, i)
    const [account, did] = await ioID['wallet(uint256)'](ioid)
    if (did !== '')
      yield { did, ioid, owner, account, project: await ioID.deviceProject(did.slice(did.lastIndexOf(':') + 1)) }
  }
}
