/**
 * A little restaked stake at one moment, in the shape of the coordinator's API: what the fixture server answers. What really
 * stakes is tested on a chain (stake.test.ts).
 * @module
 */
const TOKEN = 10n ** 18n
const address = (byte: string): string => `0x${byte.repeat(20)}`
const wiotx = (amount: bigint): string => String(amount * TOKEN)

/** Returns what GET /v1/stake answers at `nowMs`. */
export function buildFixtureStake(nowMs: number) {
  const ago = (days: number): string => new Date(nowMs - days * 86_400_000).toISOString()
  const vault = address('a1')
  const validator = address('b1')
  const stake = { slashable: wiotx(12_500n), active: wiotx(12_000n), counting: wiotx(11_000n) }
  return {
    block: 4_812,
    blockTime: ago(0),
    chainId: 31337,
    contracts: Object.fromEntries(
      ['dimRegistry', 'validatorRegistry', 'allocation', 'vaultFactory', 'slasher', 'rewards'].map((name, i) => [
        name,
        address(`c${i}`),
      ]),
    ),
    exitDelaySeconds: 7 * 86_400,
    nextEpochAt: ago(-0.5),
    totals: { stakers: 41, validators: 1, vaults: 1, pools: 1, slashes: 1, poolsRead: 1 },
    vaults: [
      {
        vault,
        asset: { address: address('a2'), symbol: 'WIOTX', decimals: 18 },
        native: true,
        bucketVersion: null,
        stakers: 41,
        pools: 1,
        held: wiotx(13_000n),
        ...stake,
      },
    ],
    modules: [
      {
        dim: '1',
        status: 'admitted',
        manager: address('d1'),
        metadataUri: 'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
        bondWei: wiotx(1_000n),
        maximumSlash: 5_000,
        evidenceAge: 3 * 86_400,
        vetoWindow: 0,
        executionWindow: 86_400,
        enforcer: address('d2'),
        resolver: null,
        beneficiary: address('d3'),
        proposedAt: ago(90),
        admittedAt: ago(80),
        leftAt: null,
        obligedUntil: null,
        validators: 1,
        stake: [{ vault, amount: wiotx(11_000n) }],
        slashed: [{ vault, amount: wiotx(3n) }],
      },
    ],
    validators: [
      {
        validator,
        tokenId: '101',
        registeredAt: ago(70),
        commission: 500,
        modules: [{ dim: '1', serves: true, changesAt: null }],
        baskets: [
          {
            basket: 1,
            open: true,
            rehypothecated: false,
            freeShare: 0,
            lines: [{ dim: '1', share: 10_000 }],
            pools: [{ vault, ...stake }],
          },
        ],
        slashed: [{ vault, amount: wiotx(3n) }],
      },
    ],
    nextValidator: null,
    auctions: [],
  }
}
