/**
 * Makes the demo's identities and registers them: device and prover keys, DID documents, ioIDs.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from '@iotex2/chain/deployment'
import { createDocument, encodeDocument } from '@iotex2/identity/document'
import type { DocumentStore } from '@iotex2/identity/document-store'
import { DeviceKey, generateKey } from '@iotex2/identity/key'
import { readKeyFile, writeDevelopmentKey } from '@iotex2/identity/key-file'
import { Onboarder, type RegisteredDevice } from '@iotex2/identity/onboard'
import { fromHex } from '@iotex2/protocol/hex'
import { type Signer, Wallet } from 'ethers'
import { deployDeviceNft } from './project.ts'

/** A machine with a key and a DID document of its own, not yet on chain. */
export interface Machine {
  key: DeviceKey
}

/** A device, whose key lies in a file of its own. */
export interface DeviceMachine extends Machine {
  keyFile: string
}

/** A prover, whose key also sends transactions. */
export interface ProverMachine extends Machine {
  privateKey: string
}

/** Returns a prover with a fresh key. */
export function makeProver(): ProverMachine {
  const { privateKey } = Wallet.createRandom()
  return { privateKey, key: new DeviceKey(fromHex(privateKey), { development: true }) }
}

/** Returns `count` devices, making the keys that are not in `directory` yet. */
export async function makeDevices(directory: string, count: number): Promise<DeviceMachine[]> {
  mkdirSync(directory, { recursive: true })
  const devices: DeviceMachine[] = []
  for (let i = 1; i <= count; i++) {
    const keyFile = join(directory, `device-${i}.key.json`)
    if (!existsSync(keyFile))
      await writeDevelopmentKey(
        keyFile,
        generateKey((length) => randomBytes(length)),
      )
    devices.push({ key: await readKeyFile(keyFile), keyFile })
  }
  return devices
}

export interface MachineProject<M extends Machine> {
  projectId: bigint
  machines: (M & RegisteredDevice)[]
}

/** Registers a project of this name and these machines in it, with their DID documents kept in `documents`. */
export async function registerMachines<M extends Machine>(
  owner: Signer,
  deployment: Deployment,
  project: { name: string; symbol: string },
  machines: readonly M[],
  documents: DocumentStore,
): Promise<MachineProject<M>> {
  const onboarder = new Onboarder({
    addresses: {
      projectRegistry: deployment.address('projectRegistry'),
      ioIDRegistry: deployment.address('ioIDRegistry'),
    },
    signer: owner,
  })
  const projectId = await onboarder.ensureProject(project.name)
  const implementation = deployment.address('deviceNftImplementation')
  await onboarder.ensureDeviceContract(projectId, () =>
    deployDeviceNft(owner, implementation, `${project.name} device`, project.symbol),
  )
  const registrations = await Promise.all(
    machines.map(async ({ key }) => ({ key, document: await documents.put(encodeDocument(createDocument(key))) })),
  )
  const registered = await onboarder.registerDevices(projectId, registrations)
  return { projectId, machines: registered.map((device, i) => ({ ...machines[i]!, ...device })) }
}
