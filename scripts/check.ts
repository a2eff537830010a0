/**
 * `pnpm check`: fails when something in git is stale or breaks a rule: generated files, snapshots, directions of imports,
 * formatting, types, lint, leftovers. Each problem says which command mends it.
 * @module
 */
import { build } from '@iotex2/devnet/build'
import { ROOT } from '@iotex2/devnet/chain'
import { CodedError } from '@iotex2/protocol/errors'
import { main } from '@iotex2/service/service'
import { checkGenerated } from './check/generated.ts'
import { checkImports } from './check/imports.ts'
import { checkSnapshots } from './check/snapshots.ts'
import { checkText } from './check/text.ts'
import { runTool } from './run-tool.ts'

/** Runs a tool of node_modules and returns its complaints. */
async function complaints(...args: string[]): Promise<string[]> {
  const { succeeded, output } = await runTool(args)
  return succeeded ? [] : [output]
}

const TSC = 'node_modules/typescript/bin/tsc'

const CHECKS: Record<string, () => Promise<string[]> | string[]> = {
  imports: () => checkImports(ROOT),
  text: () => checkText(ROOT),
  format: () => complaints('node_modules/@biomejs/biome/bin/biome', 'check', '.', '--error-on-warnings'),
  types: async () => [
    ...(await complaints(TSC, '--noEmit')),
    ...(await complaints(TSC, '--noEmit', '-p', 'packages/explorer')),
  ],
  solidity: () =>
    complaints(
      ...['node_modules/solhint/solhint.js', '--max-warnings', '0', '--disc', '--noPoster'],
      ...['contracts/**/*.sol', 'packages/dapp/contracts/**/*.sol'],
    ),
  generated: checkGenerated,
  snapshots: checkSnapshots,
}

/** A check that cannot be made is a problem too. */
async function problemsOf(check: () => Promise<string[]> | string[]): Promise<string[]> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof CodedError) return [`${error.code}: ${error.message}`]
    throw error
  }
}

await main(async () => {
  await build('contracts')
  await build('circuits')
  let failed = 0
  for (const [name, check] of Object.entries(CHECKS)) {
    const began = performance.now()
    const problems = await problemsOf(check)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    process.stdout.write(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n${problems.map((line) => `     ${line}\n`).join('')}`,
    )
    failed += problems.length
  }
  if (failed > 0) process.exitCode = 1
})
