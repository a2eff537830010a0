import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { connectContracts, expectProject, projectOperand } from '../../identity.ts'
import { networkOptions, withNetwork } from '../../network.ts'

export default defineCommand({
  summary: 'Tell what the chain knows of a project',
  operands: ['project'],
  options: Type.Object({ project: projectOperand, ...networkOptions }),
  run: (options, context) =>
    withNetwork(options, context, async (connection) => {
      const { project, store, ioID } = connectContracts(connection, connection.provider)
      const id = BigInt(options.project)
      const owner = await expectProject(project, id)
      const [name, type, contract, applied, activated, devices, price] = await Promise.all([
        project['name(uint256)'](id),
        project.projectType(id),
        store.projectDeviceContract(id),
        store.projectAppliedAmount(id),
        store.projectActivedAmount(id),
        ioID.projectDeviceCount(id),
        store.price(),
      ])
      const deviceNFT = BigInt(contract) === 0n ? null : contract
      const kind = type === 0n ? 'hardware' : 'virtual'
      return {
        lines: [
          `project    ${id} "${name}", ${kind}`,
          `owner      ${owner}`,
          `device NFT ${deviceNFT ?? 'none yet (project set-device-nft)'}`,
          `devices    ${devices}`,
          ...(type === 0n ? [`ioIDs      ${applied - activated} free of ${applied} bought`] : []),
          `price      ${formatEther(price)} IOTX for an ioID`,
        ],
        json: { project: id, name, type: kind, owner, deviceNFT, devices, applied, activated, priceWei: price },
      }
    }),
})
