/**
 * Deploys Ignition modules to a running chain, as an operator's command does.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { hardhatCli, ROOT } from './chain.ts'

/** Thrown when a deployment fails. Code DEPLOY_FAILED; the message ends with Ignition's own words. */
export class DeployFailedError extends CodedError {
  constructor(module: string, output: string) {
    super('DEPLOY_FAILED', `${module} was not deployed:\n${output.trimEnd().split('\n').slice(-15).join('\n')}`)
  }
}

export interface DeployTarget {
  rpcUrl: string
  /** Ignition's journal: deploying again under the same id goes on where it stopped. */
  deploymentId: string
  /** For parameter files. */
  directory: string
}

/** Module parameters: of each module, by name. Ignition takes a bigint as a string with n. */
export type DeployParameters = Record<string, Record<string, string | number | boolean>>

/** Where Ignition writes the addresses of a deployment. */
export const addressBook = (deploymentId: string): string =>
  join(ROOT, 'deploy/deployments', deploymentId, 'deployed_addresses.json')

/** Deploys deploy/modules/`module`.ts. Throws {@link DeployFailedError}. */
export async function deployModule(target: DeployTarget, module: string, parameters: DeployParameters): Promise<void> {
  mkdirSync(target.directory, { recursive: true })
  const file = join(target.directory, `${module}.parameters.json`)
  writeFileSync(file, JSON.stringify(parameters, null, 2))
  const child = spawn(
    process.execPath,
    [
      ...[hardhatCli, 'ignition', 'deploy', `deploy/modules/${module}.ts`],
      // The profile that the build step has just compiled: another would be compiled again.
      ...[
        '--build-profile',
        'default',
        '--network',
        'local',
        '--deployment-id',
        target.deploymentId,
        '--parameters',
        relative(ROOT, file),
      ],
    ],
    {
      cwd: ROOT,
      env: { ...process.env, LOCAL_RPC_URL: target.rpcUrl, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new DeployFailedError(module, output)
}

/** Removes the journal of a chain that is gone. */
export const forgetDeployment = (deploymentId: string): void =>
  rmSync(join(ROOT, 'deploy/deployments', deploymentId), { recursive: true, force: true })
