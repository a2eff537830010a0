/**
 * Runs a Hardhat node in this process and tells the parent its URL: `chain-node.ts PORT CHAIN_ID`.
 * @module
 */
import { network } from 'hardhat'

const [port, chainId] = process.argv.slice(2).map(Number)
const server = await network.createServer(
  { network: 'node', override: { chainId: chainId!, allowBlocksWithSameTimestamp: true } },
  '127.0.0.1',
  port!,
)
const address = await server.listen()
process.send?.({ type: 'listening', url: `http://${address.address}:${address.port}` })
