/**
 * Runs a Hardhat node in this process and tells the parent its URL: `chain-node.ts PORT CHAIN_ID [START]`. The first block
 * is of START, a date; without it, of now.
 * @module
 */
import { network } from 'hardhat'

const [port, chainId, start] = process.argv.slice(2)
const server = await network.createServer(
  {
    network: 'node',
    override: {
      chainId: Number(chainId),
      allowBlocksWithSameTimestamp: true,
      ...(start === undefined ? {} : { initialDate: start }),
    },
  },
  '127.0.0.1',
  Number(port),
)
const address = await server.listen()
process.send?.({ type: 'listening', url: `http://${address.address}:${address.port}` })
