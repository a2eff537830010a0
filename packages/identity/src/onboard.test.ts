import { connectDeviceNFT, deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { connectIoIDStore } from '@iotex2/chain/contracts/IoIDStore'
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployArtifact } from '../../../test/artifact.ts'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { deployIdentity, type IdentityContracts } from '../test/deploy-identity.ts'
import { createDocument, documentHash, encodeDocument } from './document.ts'
import type { StoredDocument } from './document-store.ts'
import { DeviceKey } from './key.ts'
import { Onboarder, type OnboarderOptions, PROJECT_TYPE } from './onboard.ts'

const deviceKey = (i: number) => new DeviceKey(new Uint8Array(32).fill(i))
const PRICE = 10n ** 18n

function documentOf(key: DeviceKey, path = 'documents'): StoredDocument {
  const hash = documentHash(encodeDocument(createDocument(key)))
  return { hash, uri: `https://example.org/${path}/${hash}.json` }
}
const registration = (key: DeviceKey) => ({ key, document: documentOf(key) })

const addressesOf = ({ projectRegistry, registry }: IdentityContracts): OnboarderOptions['addresses'] => ({
  projectRegistry,
  ioIDRegistry: registry,
})

describe('on a Hardhat node with the identity contracts', () => {
  let chain: ChainNode
  let provider: JsonRpcProvider
  let addresses: OnboarderOptions['addresses']
  let storeAddress: string
  let implementation: string
  let accounts = 1

  beforeAll(async () => {
    chain = await startChain()
    const contracts = await deployIdentity(chain.url, PRICE)
    addresses = addressesOf(contracts)
    storeAddress = contracts.store
    implementation = contracts.deviceNFT
    provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  })
  afterAll(async () => {
    provider?.destroy()
    await chain?.stop()
  })

  /** An owner of its own account, with what a first run and a second run of onboarding would each make anew. */
  function owner() {
    const signer = new NonceManager(new Wallet(DEVELOPMENT_KEYS[accounts++ % DEVELOPMENT_KEYS.length]!, provider))
    const deploy = async () =>
      deployArtifact(
        'ERC1967Proxy',
        signer,
        implementation,
        deviceNFTInterface.encodeFunctionData('initialize', ['Device', 'DEV']),
      )
    return {
      signer,
      deploy,
      onboarder: new Onboarder({ addresses, signer }),
      again: () => new Onboarder({ addresses, signer }),
    }
  }
  const transactions = async (signer: NonceManager) => provider.getTransactionCount(await signer.getAddress())

  test('devices get ioIDs, and accounts that hold their NFTs', async () => {
    const { signer, deploy, onboarder } = owner()
    const projectId = await onboarder.ensureProject('Weather')
    const deviceContract = await onboarder.ensureDeviceContract(projectId, deploy)
    const keys = [deviceKey(1), deviceKey(2), deviceKey(3)]
    const devices = await onboarder.registerDevices(projectId, keys.map(registration))

    expect(devices.map(({ device }) => device)).toEqual(keys.map(({ address }) => address))
    expect(new Set(devices.map(({ ioid }) => ioid)).size).toBe(3)
    const registry = connectIoIDRegistry(addresses.ioIDRegistry, provider)
    const nft = connectDeviceNFT(deviceContract, provider)
    const holders = await Promise.all([1, 2, 3].map((token) => nft.ownerOf(token)))
    expect(holders.map((holder) => holder.toLowerCase()).sort()).toEqual(devices.map(({ account }) => account).sort())
    for (const { device, did, owner, projectId: project } of devices) {
      expect(did).toBe(await registry.documentID(device))
      expect(owner).toBe((await signer.getAddress()).toLowerCase())
      expect(project).toBe(projectId)
      const key = keys.find(({ address }) => address === device)!
      expect(await registry.documentHash(device)).toBe(documentOf(key).hash)
      expect(await registry.documentURI(device)).toBe(documentOf(key).uri)
    }
  })

  test('run again it finds everything done, and sends nothing', async () => {
    const { signer, deploy, onboarder, again } = owner()
    const run = async (onboarder: Onboarder) => {
      const projectId = await onboarder.ensureProject('Again')
      const deviceContract = await onboarder.ensureDeviceContract(projectId, deploy)
      return {
        projectId,
        deviceContract,
        devices: await onboarder.registerDevices(projectId, [registration(deviceKey(4))]),
      }
    }
    const first = await run(onboarder)
    const before = await transactions(signer)
    expect(await run(again())).toEqual(first)
    expect(await transactions(signer)).toBe(before)
  })

  test('interrupted after any number of transactions, a second run completes it and pays and mints nothing twice', async () => {
    const { signer, deploy, onboarder } = owner()
    const keys = [deviceKey(5), deviceKey(6)]
    const run = async (onboarder: Onboarder) => {
      const projectId = await onboarder.ensureProject('Interrupted')
      await onboarder.ensureDeviceContract(projectId, deploy)
      await onboarder.registerDevices(projectId, keys.map(registration))
      return projectId
    }
    // Every transaction of a whole run is one at which an earlier run is cut off. State builds up between the cuts.
    let projectId: bigint | undefined
    let cuts = 0
    for (; projectId === undefined && cuts < 20; cuts++) {
      let left = 1
      const limited = Object.create(signer, {
        sendTransaction: {
          value: (...args: Parameters<NonceManager['sendTransaction']>) =>
            left-- > 0 ? signer.sendTransaction(...args) : Promise.reject(new TypeError('cut off')),
        },
      }) as NonceManager
      await run(new Onboarder({ addresses, signer: limited })).catch((error: unknown) => {
        expect(error).toBeInstanceOf(TypeError)
      })
      if (await onboarder.find(keys[1]!.address)) projectId = await run(onboarder)
    }
    expect(cuts).toBeGreaterThan(8)
    const store = connectIoIDStore(storeAddress, provider)
    expect(await store.projectAppliedAmount(projectId!)).toBe(2n)
    expect(await store.projectActivedAmount(projectId!)).toBe(2n)
    const nft = connectDeviceNFT(await store.projectDeviceContract(projectId!), provider)
    expect(await nft.total()).toBe(2n)
    expect((await Promise.all(keys.map(({ address }) => onboarder.find(address)))).map((d) => d?.projectId)).toEqual([
      projectId,
      projectId,
    ])
  })

  test('a virtual project pays as its devices register', async () => {
    const { deploy, onboarder } = owner()
    const projectId = await onboarder.ensureProject('Virtual', PROJECT_TYPE.virtual)
    await onboarder.ensureDeviceContract(projectId, deploy)
    const before = await provider.getBalance(storeAddress)
    await onboarder.registerDevices(projectId, [registration(deviceKey(7))])
    // A quarter is burnt.
    expect((await provider.getBalance(storeAddress)) - before).toBe(PRICE - PRICE / 4n)
  })

  test('a document that changed is updated', async () => {
    const { deploy, onboarder } = owner()
    const key = deviceKey(8)
    const projectId = await onboarder.ensureProject('Documents')
    await onboarder.ensureDeviceContract(projectId, deploy)
    const [before] = await onboarder.registerDevices(projectId, [registration(key)])
    const moved = documentOf(key, 'moved')
    expect(await onboarder.registerDevices(projectId, [{ key, document: moved }])).toEqual([before])
    expect(await connectIoIDRegistry(addresses.ioIDRegistry, provider).documentURI(key.address)).toBe(moved.uri)
  })

  test("another's device is refused before anything is sent", async () => {
    const [mine, theirs] = [owner(), owner()]
    const key = deviceKey(9)
    const theirProject = await theirs.onboarder.ensureProject('Theirs')
    await theirs.onboarder.ensureDeviceContract(theirProject, theirs.deploy)
    await theirs.onboarder.registerDevices(theirProject, [registration(key)])
    const projectId = await mine.onboarder.ensureProject('Mine')
    await mine.onboarder.ensureDeviceContract(projectId, mine.deploy)
    const before = await transactions(mine.signer)
    await expect(mine.onboarder.registerDevices(projectId, [deviceKey(10), key].map(registration))).rejects.toThrow(
      expect.objectContaining({ code: 'DEVICE_REGISTERED_ELSEWHERE' }),
    )
    expect(await transactions(mine.signer)).toBe(before)
  })

  test('a project without a device contract registers nothing, and a device that is unknown is not found', async () => {
    const { onboarder } = owner()
    const projectId = await onboarder.ensureProject('No contract')
    await expect(onboarder.registerDevices(projectId, [registration(deviceKey(11))])).rejects.toThrow(
      expect.objectContaining({ code: 'DEVICE_CONTRACT_UNSET' }),
    )
    expect(await onboarder.find(deviceKey(11).address)).toBeUndefined()
  })

  test('a call that reverts does not hold up the next one', async () => {
    const { signer, onboarder } = owner()
    const projectId = await onboarder.ensureProject('Reverts')
    const wrong = new Wallet(`0x${'22'.repeat(32)}`).address
    await expect(onboarder.ensureDeviceContract(projectId + 1000n, async () => wrong)).rejects.toThrow()
    await onboarder.ensureIoIDs(projectId, 1)
    expect(await connectIoIDStore(storeAddress, signer).projectAppliedAmount(projectId)).toBe(1n)
  })
})

test('a development key is refused on any chain but the development chain, before the chain is asked', async () => {
  const provider = new JsonRpcProvider('http://127.0.0.1:1', 4690, { staticNetwork: true })
  const nowhere = `0x${'11'.repeat(20)}`
  const addresses = { projectRegistry: nowhere, ioIDRegistry: nowhere }
  const onboarder = new Onboarder({ addresses, signer: new Wallet(DEVELOPMENT_KEYS[0], provider) })
  const key = new DeviceKey(new Uint8Array(32).fill(1), { development: true })
  await expect(onboarder.registerDevices(1n, [registration(key)])).rejects.toThrow(
    expect.objectContaining({ code: 'DEVELOPMENT_KEY_REFUSED' }),
  )
  provider.destroy()
})
