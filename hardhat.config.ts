import { createRequire } from 'node:module'
import hardhatToolboxMochaEthers from '@nomicfoundation/hardhat-toolbox-mocha-ethers'
import { configVariable, defineConfig } from 'hardhat/config'

const require = createRequire(import.meta.url)

/** solc from npm: nothing is downloaded when a contract is compiled (docs/adr/0001). */
const solc = {
  version: '0.8.37',
  path: require.resolve('solc/soljson.js'),
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 1000 },
    outputSelection: { '*': { '*': ['storageLayout'] } },
  },
}

const official = { viaIR: true, optimizer: { enabled: true, runs: 10_000 } }

/** Golden vectors, which TypeScript reads too. */
const solidityTests = { fsPermissions: { readDirectory: ['test/vectors'] } }

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  paths: {
    sources: ['contracts', 'packages/dapp/contracts'],
    ignition: 'deploy',
    // Mocha takes every .ts of its directory; those of vitest stand beside it.
    tests: { mocha: 'test/deployed' },
  },
  ignition: { requiredConfirmations: 1, blockPollingInterval: 250 },
  solidity: {
    // Ignition deploys the production profile: the same bytes, so that nothing is compiled twice.
    // `official` compiles as the official ioID contracts were when their gas was measured; `pnpm snap` alone uses it.
    profiles: {
      default: { compilers: [solc] },
      production: { isolated: false, compilers: [solc] },
      official: { compilers: [{ ...solc, settings: { ...solc.settings, ...official } }] },
    },
    // What deploy/modules deploy as their authors wrote it.
    npmFilesToBuild: [
      '@openzeppelin/contracts/access/manager/AccessManager.sol',
      '@openzeppelin/contracts/governance/TimelockController.sol',
      '@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol',
      '@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol',
      'erc6551/ERC6551Registry.sol',
      'erc6551/examples/upgradeable/ERC6551AccountUpgradeable.sol',
    ],
  },
  // Inline `hardhat-config: long.…` widens what `--test-profile long` fuzzes (test/long).
  test: { solidity: { profiles: { default: solidityTests, long: solidityTests } } },
  networks: {
    // Two block timestamps may be equal, so that a burst of blocks does not outrun the clock.
    node: { type: 'edr-simulated', chainId: 31337, allowBlocksWithSameTimestamp: true },
    local: { type: 'http', url: process.env.LOCAL_RPC_URL ?? 'http://127.0.0.1:8545' },
    iotexTestnet: {
      type: 'http',
      chainId: 4690,
      url: process.env.IOTEX_TESTNET_RPC_URL ?? 'https://babel-api.testnet.iotex.io',
      accounts: [configVariable('DEPLOYER_PRIVATE_KEY')],
    },
    iotexMainnet: {
      type: 'http',
      chainId: 4689,
      url: process.env.IOTEX_MAINNET_RPC_URL ?? 'https://babel-api.mainnet.iotex.io',
      accounts: [configVariable('DEPLOYER_PRIVATE_KEY')],
    },
  },
})
