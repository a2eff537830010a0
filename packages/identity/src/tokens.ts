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

/** Returns the tokens that `owner` holds, oldest first: what the events show it got, less what it passed on. */
export async function heldTokens(contract: Erc721, owner: string, fromBlock: number): Promise<bigint[]> {
  const received = await contract.queryFilter(contract.filters.Transfer!(null, owner), fromBlock)
  const ids = new Set(received.map((log) => contract.interface.parseLog(log)!.args.tokenId as bigint))
  const held = await Promise.all(
    [...ids].map(async (id) => ((await contract.ownerOf(id)).toLowerCase() === owner.toLowerCase() ? [id] : [])),
  )
  return held.flat()
}
