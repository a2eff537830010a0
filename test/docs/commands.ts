/**
 * Every command of the documents, and what runs it. `npx pnpm@12` and `pnpm` are one: the first brings the second.
 * @module
 */

/** A file that runs a command: it holds `text`, so that a claim which is no longer true is found. */
export interface RunElsewhere {
  file: string
  text: string
}

/** test/e2e/documents.test.ts runs it. */
export const RUN_HERE = 'here'

const suite = (text: string): RunElsewhere => ({ file: 'scripts/test.ts', text })
const check = (text: string): RunElsewhere => ({ file: 'scripts/check.ts', text })
const demo: RunElsewhere = { file: 'test/e2e/demo.test.ts', text: 'packages/devnet/src/demo.ts' }
/** They take minutes. */
const benches: RunElsewhere = { file: 'test/long/benches.test.ts', text: 'scripts/bench.ts' }

export const COMMANDS: Record<string, typeof RUN_HERE | RunElsewhere> = {
  'pnpm demo': demo,
  'pnpm demo --once --json': demo,
  'pnpm demo --replay FILE': demo,
  'pnpm demo --replay packages/ioconnect/examples/track.gpx': demo,
  'pnpm devnet': RUN_HERE,
  'pnpm devnet --profile packages/ioconnect/examples/weather.profile.json': RUN_HERE,
  'pnpm devnet --json --port 4690 --block-interval 500 --directory .devnet': RUN_HERE,
  'pnpm node packages/ioconnect/src/server.ts --config .devnet/run/simulator.json --replay packages/ioconnect/examples/weather.csv --mapping packages/ioconnect/examples/weather.mapping.json':
    RUN_HERE,

  'pnpm test': { file: '.ci/run', text: 'pnpm@12 test' },
  // Too long for each change: this is what it runs.
  'pnpm test:long': suite("long: vitest('vitest.long.config.ts')"),
  'pnpm test packages': suite("packages: vitest('vitest.config.ts')"),
  'pnpm hardhat test': suite("[hardhatCli, 'test'"),
  'pnpm exec vitest run packages/protocol': suite("packages: vitest('vitest.config.ts')"),
  'pnpm check': { file: '.ci/run', text: 'pnpm@12 check' },
  'pnpm build': suite('scripts/build.ts'),
  'pnpm gen': check('generated: checkGenerated'),
  'pnpm snap': check('checkSnapshots'),
  'pnpm bench ingest': benches,
  'pnpm bench ingest --json': benches,
  'pnpm bench e2e': benches,
  'pnpm bench e2e --json': benches,
  'pnpm bench prove --json': benches,

  'pnpm hardhat node --chain-id 4690 --port 8545': RUN_HERE,
  'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network local --build-profile default --parameters deploy/parameters/local.json5 --deployment-id rehearsal':
    RUN_HERE,
  'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network iotexTestnet --build-profile default --parameters deploy/parameters/iotexTestnet.json5 --deployment-id testnet':
    RUN_HERE,
  'pnpm node --env-file=gateway.env packages/connectivity/src/server.ts': RUN_HERE,
  'pnpm node --env-file=data-availability.env packages/data-availability/src/server.ts': RUN_HERE,
  'pnpm node --env-file=coordinator.env packages/coordinator/src/server.ts': RUN_HERE,
  'pnpm node --env-file=prover.env packages/prover/src/server.ts': RUN_HERE,
  'pnpm node scripts/keystore.ts coordinator.json coordinator.password': RUN_HERE,
}

/** Returns the command as the table has it. */
export const canonical = (command: string): string => command.replace(/^npx pnpm@12 /, 'pnpm ')
