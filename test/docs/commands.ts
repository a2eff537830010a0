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
const zk: RunElsewhere = { file: 'test/docs/zk.test.ts', text: "commands(readDocument('docs/zk.md'))" }
const ioid: RunElsewhere = { file: 'test/docs/ioid.test.ts', text: "commands(readDocument('docs/ioid.md'))" }
const governance: RunElsewhere = {
  file: 'test/e2e/governance-guide.test.ts',
  text: "commands(readDocument('docs/governance.md'))",
}
const msp: RunElsewhere = { file: 'test/docs/msp.test.ts', text: "readDocument('docs/msp.md')" }
const core: RunElsewhere = {
  file: 'test/docs/ioconnect.test.ts',
  text: "commands(document).filter((line) => line.startsWith('gcc '))",
}
const firmware: RunElsewhere = { file: 'test/docs/device-firmware.test.ts', text: "blocks(guide, 'sh')" }
const serial: RunElsewhere = { file: 'test/docs/serial-protocol.test.ts', text: 'commands(document)' }
const update: RunElsewhere = { file: 'test/docs/firmware-update.test.ts', text: "section(guide, 'Release an update')" }
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
  'pnpm exec vitest run packages/ioconnect/c': suite("packages: vitest('vitest.config.ts')"),
  'pnpm check': { file: '.ci/run', text: 'pnpm@12 check' },
  'pnpm build': suite('scripts/build.ts'),
  'pnpm gen': check('generated: checkGenerated'),
  'pnpm snap': check('checkSnapshots'),
  'pnpm bench ingest': benches,
  'pnpm bench ingest --json': benches,
  'pnpm bench e2e': benches,
  'pnpm bench e2e --json': benches,
  'pnpm bench identity --json': benches,
  'pnpm bench prove --json': benches,
  'pnpm bench msm --json': benches,
  'pnpm bench ioconnect --json': benches,
  'pnpm bench msp --json': benches,
  'pnpm --filter @iotex2/msm build': { file: 'packages/msm/package/build.test.ts', text: 'buildPackage()' },

  'pnpm hardhat node --chain-id 4690 --port 8545': RUN_HERE,
  'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network local --build-profile default --parameters deploy/parameters/local.json5 --deployment-id rehearsal':
    RUN_HERE,
  'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network iotexTestnet --build-profile default --parameters deploy/parameters/iotexTestnet.json5 --deployment-id testnet':
    RUN_HERE,
  'pnpm node --env-file=gateway.env packages/connectivity/src/server.ts': RUN_HERE,
  'pnpm node --env-file=data-availability.env packages/data-availability/src/server.ts': RUN_HERE,
  'pnpm node --env-file=coordinator.env packages/coordinator/src/server.ts': RUN_HERE,
  'pnpm node --env-file=prover.env packages/prover/src/server.ts': RUN_HERE,
  'pnpm node --env-file=identity.env packages/identity/src/server.ts': {
    file: 'packages/identity/src/identity-service.test.ts',
    text: 'packages/identity/src/server.ts',
  },
  'pnpm iotex2 ioid keygen coordinator.json --password-file coordinator.password': RUN_HERE,

  'pnpm iotex2 zk compile factors.circom --out build': zk,
  'pnpm iotex2 zk setup build/factors.r1cs --development --out build/development.zkey': zk,
  'pnpm iotex2 zk import-ptau powers.ptau --hash HASH --r1cs build/factors.r1cs': zk,
  'pnpm iotex2 zk setup build/factors.r1cs --ptau powers.ptau --out build/0.zkey': zk,
  'pnpm iotex2 zk contribute build/0.zkey build/1.zkey --name "Ada Lovelace"': zk,
  'pnpm iotex2 zk contribute build/1.zkey build/2.zkey --name "Charles Babbage"': zk,
  'pnpm iotex2 zk beacon build/2.zkey build/final.zkey --beacon HEX --name "block 40000000"': zk,
  'pnpm iotex2 zk verify-key build/final.zkey --r1cs build/factors.r1cs --ptau powers.ptau': zk,
  'pnpm iotex2 zk prove input.json --wasm build/factors.wasm --zkey build/final.zkey --proof proof.json --public public.json':
    zk,
  'pnpm iotex2 zk verify proof.json --public public.json --key build/final.zkey': zk,
  'pnpm iotex2 zk export-verifier build/final.zkey --solidity FactorsVerifier.sol --vkey vkey.json --name factors': zk,
  'pnpm iotex2 zk --help': zk,
  'pnpm iotex2 zk verify-key --help': zk,

  'pnpm node packages/ioconnect/src/server.ts --config simulator.json --serial 7001': serial,

  'gcc -std=c99 -Ipackages/ioconnect/c/include packages/ioconnect/c/src/*.c hello.c -lmbedcrypto -o hello': core,

  'pnpm iotex2 device gen station.profile.yaml --target linux --out station': firmware,
  'pnpm iotex2 device schema': { file: 'packages/cli/src/device.test.ts', text: 'pnpm iotex2 device schema' },
  'pnpm iotex2 ioid keygen release.json --curve P-256': update,
  'pnpm iotex2 device ota sign station/station --profile station.profile.yaml --key release.json --sequence 2 --firmware 1.1.0 --out station-2.jwt':
    update,
  'pnpm iotex2 device ota verify station-2.jwt --release RELEASE --image station/station': update,
  'make -C station launch update': update,
  'install -D station/station data/slot0': update,
  'station/launch data': update,
  'station/update data station-2.jwt station/station': update,
  'station/update data confirm': update,
  'make -C station': firmware,
  'station/station data': firmware,

  'pnpm iotex2 ioid keygen owner.json': ioid,
  'pnpm iotex2 ioid keygen device.json': ioid,
  'pnpm iotex2 project register "Weather stations" --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 project set-device-nft 1 --name "Weather station" --symbol WSN --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 project apply 1 --amount 10 --max-price 10 --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 project show 1 --network iotexTestnet --deployment addresses.json': ioid,
  'pnpm iotex2 ioid did device.json --document device.did.json': ioid,
  'pnpm iotex2 ioid register device.json --project 1 --document device.did.json --store documents --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 ioid list --project 1 --network iotexTestnet --deployment addresses.json': ioid,
  'pnpm iotex2 ioid resolve DID --store documents --network iotexTestnet --deployment addresses.json': ioid,
  'pnpm iotex2 vc admit LAB_ADDRESS --did LAB_DID --network iotexTestnet --deployment addresses.json --keystore governance.json':
    ioid,
  'pnpm iotex2 vc define Calibration --burn 2 --network iotexTestnet --deployment addresses.json --keystore lab.json':
    ioid,
  'pnpm iotex2 vc revoke status.json --status-url https://lab.example/status.jwt --issuer lab.json --out status.jwt --anchor --network iotexTestnet --deployment addresses.json':
    ioid,
  'pnpm iotex2 vc issue claims.json --issuer lab.json --subject DID --type Calibration --valid-until 2099-12-31T23:59:59Z --status status.json --out calibration.jwt --grant calibration.grant.json --network iotexTestnet --deployment addresses.json':
    ioid,
  'pnpm iotex2 vc obtain calibration.grant.json --max-burn 2 --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 vc verify calibration.jwt --on-chain --store documents --network iotexTestnet --deployment addresses.json':
    ioid,
  'pnpm iotex2 vc revoke status.json --index INDEX --issuer lab.json --out status.jwt --anchor --network iotexTestnet --deployment addresses.json':
    ioid,
  'pnpm iotex2 ioid transfer device.json --to ADDRESS --network iotexTestnet --deployment addresses.json --keystore owner.json':
    ioid,
  'pnpm iotex2 ioid remove device.json --network iotexTestnet --deployment addresses.json --keystore new-owner.json':
    ioid,
  'pnpm iotex2 ioid keygen voter.json': governance,
  'pnpm iotex2 gov lock 1500 --for 4y --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov lock 500 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov extend --for 4y --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov delegate DELEGATE --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov delegate VOTER --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov show --account VOTER --network iotexTestnet --deployment addresses.json': governance,
  'pnpm iotex2 gov propose proposal.json --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov show --network iotexTestnet --deployment addresses.json': governance,
  'pnpm iotex2 gov show 1 --network iotexTestnet --deployment addresses.json': governance,
  'pnpm iotex2 gov vote 1 for --reason "It is time" --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov queue 1 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov execute 1 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov propose admit.json --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov vote 2 for --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov queue 2 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov execute 2 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov propose remove.json --network iotexTestnet --deployment addresses.json --keystore voter.json':
    governance,
  'pnpm iotex2 gov vote 3 for --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov queue 3 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov execute 3 --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm iotex2 gov withdraw --network iotexTestnet --deployment addresses.json --keystore voter.json': governance,
  'pnpm hardhat ignition deploy deploy/modules/Governor.ts --network iotexTestnet --build-profile default --parameters deploy/parameters/iotexTestnet.json5 --deployment-id testnet':
    governance,
  'pnpm hardhat ignition deploy deploy/modules/Handover.ts --network iotexTestnet --build-profile default --parameters deploy/parameters/iotexTestnet.json5 --deployment-id testnet':
    governance,
  'pnpm iotex2 ioid keygen staker.json': msp,
  'pnpm iotex2 msp bucket deposit 1 --asset buckets-v3 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp delegate 400 --asset buckets-v3 --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp bucket show --account STAKER --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp bucket forward --asset buckets-v3 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp bucket realise STAKER --asset buckets-v3 --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp bucket pay all --asset buckets-v3 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp exit all --asset buckets-v3 --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp bucket withdraw 1 --pay --asset buckets-v3 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp show --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp show --validator VALIDATOR --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp stake 1000 --network iotexTestnet --deployment addresses.json --keystore staker.json': msp,
  'pnpm iotex2 msp delegate 500 --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp show --account STAKER --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp stake 250 --asset TOKEN --create --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp delegate all --asset TOKEN --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp bribe show --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp bribe show --account STAKER --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp bribe claim --network iotexTestnet --deployment addresses.json --keystore staker.json': msp,
  'pnpm iotex2 msp exit 200 --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp exit all --asset TOKEN --validator VALIDATOR --basket 1 --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp claim --network iotexTestnet --deployment addresses.json --keystore staker.json': msp,
  'pnpm iotex2 msp withdraw 100 --to RECIPIENT --network iotexTestnet --deployment addresses.json --keystore staker.json':
    msp,
  'pnpm iotex2 msp claim --withdraw --network iotexTestnet --deployment addresses.json --keystore staker.json': msp,
  'pnpm iotex2 ioid keygen validator.json': msp,
  'pnpm iotex2 msp validator register --commission 5 --network iotexTestnet --deployment addresses.json --keystore validator.json':
    msp,
  'pnpm iotex2 msp dim show --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp validator opt 1 --network iotexTestnet --deployment addresses.json --keystore validator.json': msp,
  'pnpm iotex2 msp allocate 1=60 --network iotexTestnet --deployment addresses.json --keystore validator.json': msp,
  'pnpm iotex2 msp validator show VALIDATOR --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp validator commission 7.5 --network iotexTestnet --deployment addresses.json --keystore validator.json':
    msp,
  'pnpm iotex2 msp validator sync VALIDATOR --network iotexTestnet --deployment addresses.json --keystore validator.json':
    msp,
  'pnpm iotex2 msp bribe claim --network iotexTestnet --deployment addresses.json --keystore validator.json': msp,
  'pnpm iotex2 msp allocate --close 1 --network iotexTestnet --deployment addresses.json --keystore validator.json':
    msp,
  'pnpm iotex2 msp validator leave 1 --network iotexTestnet --deployment addresses.json --keystore validator.json': msp,
  'pnpm iotex2 ioid keygen builder.json': msp,
  'pnpm iotex2 msp dim propose terms.json --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp dim show 1 --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp dim accept 1 VALIDATOR --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp bribe fund 1 10 --days 14 --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp bribe fund 1 5 --asset TOKEN --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 ioid keygen resolver.json': msp,
  'pnpm iotex2 msp slash request 1 --validator VALIDATOR --basket 1 --captured TIME --amount 100 --evidence evidence.json --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp slash veto 1 --network iotexTestnet --deployment addresses.json --keystore resolver.json': msp,
  'pnpm iotex2 msp slash request 1 --validator VALIDATOR --basket 1 --captured TIME --amount all --evidence evidence.json --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp slash show --dim 1 --network iotexTestnet --deployment addresses.json': msp,
  'pnpm iotex2 msp slash execute 2 --network iotexTestnet --deployment addresses.json --keystore builder.json': msp,
  'pnpm iotex2 msp slash collect --beneficiary BUILDER --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp dim expel 1 VALIDATOR --network iotexTestnet --deployment addresses.json --keystore builder.json':
    msp,
  'pnpm iotex2 msp dim retire 1 --network iotexTestnet --deployment addresses.json --keystore builder.json': msp,
  'pnpm iotex2 msp bribe refund --network iotexTestnet --deployment addresses.json --keystore builder.json': msp,
  'pnpm iotex2 msp dim release 1 --network iotexTestnet --deployment addresses.json --keystore builder.json': msp,
  'pnpm iotex2 msp dim withdraw-bond 1 --network iotexTestnet --deployment addresses.json --keystore builder.json': msp,
  'pnpm iotex2 ioid --help': ioid,
  'pnpm iotex2 project --help': ioid,
}

/** Returns the command as the table has it. */
export const canonical = (command: string): string => command.replace(/^npx pnpm@12 /, 'pnpm ')
