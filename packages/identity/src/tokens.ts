/**
 * Which ERC-721 tokens were minted, and which an owner holds, by their Transfer events.
 * @module
 */
import type { DeviceNFT } from '@iotex2/chain/contracts/DeviceNFT'
import type { Project } from '@iotex2/chain/contracts/Project'
import type { TransactionReceipt } from 'ethers'

/** Either NFT contract: what onboarding asks of them is ERC-721's. */
export type Erc721 = Project | DeviceNFT

/** Returns the id of the token that a receipt shows as minted by the contract at `address`, or undefined. */
export function mintedToken(contract: Erc721, address: string, receipt: TransactionReceipt): bigint | undefined {
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== address.toLowerCase()) continue
    const event = contract.interface.parseLog(log)
    if (event?.name === 'Transfer' && BigInt(event.args.from as string) === 0n) return event.args.tokenId as bigint
  }
  return undefined
}

/** Blocks in one request, newest first: what public endpoints answer. */
const RANGE_BLOCKS = 10_000

/**
 * Returns the tokens that `owner` holds, oldest first: of those that the events show it got, the ones that it has not
 * passed on. Looks back from the newest block as far as `fromBlock`, and no further than it must.
 */
export async function heldTokens(contract: Erc721, owner: string, fromBlock: number): Promise<bigint[]> {
  const balance = await contract.balanceOf(owner)
  const held = new Set<bigint>()
  if (balance === 0n) return []
  let toBlock = await contract.runner!.provider!.getBlockNumber()
  for (; toBlock >= fromBlock && held.size < balance; toBlock -= RANGE_BLOCKS) {
    const first = Math.max(fromBlock, toBlock - RANGE_BLOCKS + 1)
    const received = await contract.queryFilter(contract.filters.Transfer!(null, owner), first, toBlock)
    const ids = new Set(received.map((log) => contract.interface.parseLog(log)!.args.tokenId as bigint))
    const owners = await Promise.all([...ids].map(async (id) => [id, await contract.ownerOf(id)] as const))
    for (const [id, holder] of owners) if (holder.toLowerCase() === owner.toLowerCase()) held.add(id)
  }
  return [...held].sort((a, b) => (a < b ? -1 : 1))
}
