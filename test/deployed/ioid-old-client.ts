/**
 * A device registered exactly as an existing client does it: by the official ABI and nothing else, with the legacy
 * permit, through the registry and through a VerifyingProxy.
 */
import { expect } from 'chai'
import {
  Contract,
  getBytes,
  type HDNodeWallet,
  keccak256,
  parseEther,
  Signature,
  type Signer,
  solidityPacked,
  toUtf8Bytes,
  Wallet,
} from 'ethers'
import { network } from 'hardhat'
import IoIDModule from '../../deploy/modules/IoID.ts'
import official from '../vectors/ioid-abi.json' with { type: 'json' }

const HARDWARE = 0
const PRICE = parseEther('1')
const hash = keccak256(toUtf8Bytes('{}'))

describe('An old client', () => {
  let connection: Awaited<ReturnType<typeof network.create>>
  let contracts: Awaited<ReturnType<typeof deploy>>
  let owner: Signer
  let holder: Signer

  const deploy = () => connection.ignition.deploy(IoIDModule, { parameters: { IoID: { priceWei: PRICE } } })
  const at = async (name: keyof typeof official, contract: Contract | string, signer: Signer) =>
    new Contract(typeof contract === 'string' ? contract : await contract.getAddress(), official[name], signer)

  async function permit(device: HDNodeWallet, to: string): Promise<Signature> {
    const { chainId } = await connection.ethers.provider.getNetwork()
    const domain = {
      name: 'ioIDRegistry',
      version: '1',
      chainId,
      verifyingContract: await contracts.registry.getAddress(),
    }
    const types = {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'nonce', type: 'uint256' },
      ],
    }
    return Signature.from(await device.signTypedData(domain, types, { owner: to, nonce: 0n }))
  }

  before(async () => {
    connection = await network.create()
    const signers = await connection.ethers.getSigners()
    owner = signers[1]!
    holder = signers[2]!
    contracts = await deploy()
  })
  after(() => connection.close())

  it('registers a device of its project with price() × amount and the legacy permit', async () => {
    const projects = await at('ProjectRegistry', contracts.projectRegistry, owner)
    const store = await at('IoIDStore', contracts.store, owner)
    const registry = await at('IoIDRegistry', contracts.registry, owner)
    await projects['register(string,uint8)']!('Old', HARDWARE)
    const amount = 3n
    await store.applyIoIDs!(1n, amount, { value: (await store.price!()) * amount })

    const implementation = await contracts.deviceNFT.getAddress()
    const initialize = contracts.deviceNFT.interface.encodeFunctionData('initialize', ['Device', 'D'])
    const proxy = await connection.ethers.deployContract('ERC1967Proxy', [implementation, initialize], owner)
    const nft = await connection.ethers.getContractAt('DeviceNFT', proxy, owner)
    await store.setDeviceContract!(1n, proxy)
    await nft.configureMinter!(owner, 1n)
    await nft.mint!(owner)
    await nft.approve!(contracts.registry, 1n)

    const device = Wallet.createRandom()
    const { v, r, s } = await permit(device, await owner.getAddress())
    const register = 'register(address,uint256,address,bytes32,string,uint8,bytes32,bytes32)'
    await registry[register]!(await proxy.getAddress(), 1n, device.address, hash, 'ipfs://old', v, r, s)
    expect(await registry.documentHash!(device.address)).to.equal(hash)
    expect(await registry.deviceTokenId!(device.address)).to.equal(1n)
  })

  it('registers a device through the VerifyingProxy that a UniversalFactory made', async () => {
    const { chainId } = await connection.ethers.provider.getNetwork()
    const factory = await at('UniversalFactory', contracts.factory, owner)
    const verifier = Wallet.createRandom()
    const amount = 10n
    const created = await factory.create!(HARDWARE, verifier.address, 'Pebble', 'Pebble NFT', 'PNFT', amount, {
      value: PRICE * amount,
    })
    const receipt = await created.wait()
    const log = receipt.logs
      .map((entry: { topics: string[]; data: string }) => factory.interface.parseLog(entry))
      .find((entry: { name: string } | null) => entry?.name === 'CreatedProxy')
    const proxy = await at('VerifyingProxy', log.args[0], owner)

    const device = Wallet.createRandom()
    const to = await holder.getAddress()
    const { v, r, s } = await permit(device, await proxy.getAddress())
    const message = solidityPacked(['uint256', 'address', 'address'], [chainId, to, device.address])
    const verified = await verifier.signMessage(getBytes(message))
    await expect(proxy.register!(verified, hash, 'http://resolver.did', to, device.address, v, r, s)).to.emit(
      proxy,
      'Registered',
    )

    const ioID = await at('IoID', contracts.ioID, owner)
    const projectId = await proxy.projectId!()
    expect(await ioID.deviceProject!(device.address)).to.equal(projectId)
    const page = await ioID.projectIDs!(projectId, '0x0000000000000000000000000000000000000001', 10n)
    expect(page.array).to.deep.equal([device.address])
    const registry = await at('IoIDRegistry', contracts.registry, owner)
    expect(await contracts.ioID.ownerOf!(await registry.deviceTokenId!(device.address))).to.equal(to)
    expect(await registry.exists!(device.address)).to.equal(true)
  })
})
