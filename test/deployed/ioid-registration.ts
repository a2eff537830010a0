/**
 * The way of a device into the system, as a project's operator walks it: with the contracts as Ignition deploys them.
 */
import { createPublicKey, randomBytes } from 'node:crypto'
import { DEVICE_KEY_TYPE, devicePermitHash } from '@iotex2/identity/device-permit'
import { verifySignature } from '@iotex2/identity/jose/signature'
import { SecretKey } from '@iotex2/identity/secret-key'
import type { Hex } from '@iotex2/protocol/hex'
import { expect } from 'chai'
import {
  AbiCoder,
  type Contract,
  type HDNodeWallet,
  hexlify,
  keccak256,
  parseEther,
  Signature,
  type Signer,
  toUtf8Bytes,
  Wallet,
  ZeroAddress,
} from 'ethers'
import { network } from 'hardhat'
import DaoModule from '../../deploy/modules/Dao.ts'
import IoIDModule from '../../deploy/modules/IoID.ts'

const HARDWARE = 0
const FIRST_PAGE = '0x0000000000000000000000000000000000000001'
const register = 'register(address,uint256,address,bytes32,string,uint8,bytes32,bytes32)'
const document = { uri: 'ipfs://document', hash: keccak256(toUtf8Bytes('{"@context":"https://www.w3.org/ns/did/v1"}')) }

/** The same contract, called by `signer`. */
const as = (signer: Signer, contract: Contract) => contract.connect(signer) as Contract

describe('Device registration', () => {
  const device: HDNodeWallet = Wallet.createRandom()
  let connection: Awaited<ReturnType<typeof network.create>>
  let owner: Signer
  let contracts: Awaited<ReturnType<typeof deploy>>

  const price = { priceWei: parseEther('2') }
  const deploy = () => connection.ignition.deploy(IoIDModule, { parameters: { IoID: price } })

  /** A device NFT of the project's own: a proxy that it initializes, and so owns, in one transaction. */
  async function deployDeviceNFT() {
    const initialize = contracts.deviceNFT.interface.encodeFunctionData('initialize', ['Weather station', 'WS'])
    const proxy = await connection.ethers.deployContract('ERC1967Proxy', [contracts.deviceNFT, initialize], owner)
    return connection.ethers.getContractAt('DeviceNFT', proxy, owner)
  }

  /** The device's consent to belong to `to`, as its firmware signs it. */
  async function permit(to: Signer): Promise<Signature> {
    const { chainId } = await connection.ethers.provider.getNetwork()
    const verifyingContract = await contracts.registry.getAddress()
    const message = { owner: await to.getAddress(), nonce: await contracts.registry.nonces!(device.address) }
    const types = {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'nonce', type: 'uint256' },
      ],
    }
    const domain = { name: 'ioIDRegistry', version: '1', chainId, verifyingContract }
    return Signature.from(await device.signTypedData(domain, types, message))
  }

  before(async () => {
    connection = await network.create()
    owner = (await connection.ethers.getSigners())[1]!
    contracts = await deploy()
  })
  after(() => connection.close())

  it('takes a device from a new project to a DID, an ioID and an account that holds its device NFT', async () => {
    const { projectRegistry, store, ioID, registry } = contracts
    const ownerAddress = await owner.getAddress()

    await as(owner, projectRegistry)['register(string,uint8)']!('Weather', HARDWARE)
    const projectId = await contracts.project.count!()
    await as(owner, store).applyIoIDs!(projectId, 2n, { value: parseEther('4') })

    const deviceNFT = await deployDeviceNFT()
    await as(owner, store).setDeviceContract!(projectId, deviceNFT)
    await deviceNFT.configureMinter!(owner, 1n)
    await deviceNFT.mint!(owner)
    await deviceNFT.approve!(registry, 1n)

    const { v, r, s } = await permit(owner)
    const did = `did:io:${device.address.toLowerCase()}`
    await expect(as(owner, registry)[register]!(deviceNFT, 1n, device, document.hash, document.uri, v, r, s))
      .to.emit(registry, 'NewDevice')
      .withArgs(device.address, ownerAddress, document.hash, document.uri)

    expect(await registry.documentID!(device)).to.equal(did)
    expect(await registry.documentHash!(device)).to.equal(document.hash)
    expect(await registry.documentURI!(device)).to.equal(document.uri)

    const id = await registry.deviceTokenId!(device)
    const wallet = await ioID['wallet(string)']!(did)
    expect(await ioID['wallet(uint256)']!(id)).to.deep.equal([wallet, did])
    expect(await ioID.ownerOf!(id)).to.equal(ownerAddress)
    expect(await ioID.deviceProject!(device)).to.equal(projectId)
    expect(await ioID.projectIDs!(projectId, FIRST_PAGE, 10n)).to.deep.equal([[device.address], ZeroAddress])
    expect(await deviceNFT.ownerOf!(1n)).to.equal(wallet)
    expect(await store.projectActivedAmount!(projectId)).to.equal(1n)
  })

  it("lets the ioID's holder, and no one else, command the account", async () => {
    const { ioID, registry } = contracts
    const stranger = (await connection.ethers.getSigners())[0]!
    const [wallet] = await ioID['wallet(uint256)']!(await registry.deviceTokenId!(device))
    const account = await connection.ethers.getContractAt('ERC6551AccountUpgradeable', wallet, owner)
    await owner.sendTransaction({ to: wallet, value: parseEther('1') })

    const recipient = Wallet.createRandom().address
    await account.execute!(recipient, parseEther('1'), '0x', 0)
    expect(await connection.ethers.provider.getBalance(recipient)).to.equal(parseEther('1'))
    await expect(as(stranger, account).execute!(recipient, 0n, '0x', 0)).to.be.revertedWith('Caller is not owner')
  })

  it('updates and migrates the device with permits of its own, and pages stay true after its removal', async () => {
    const { ioID, registry } = contracts
    const buyer = (await connection.ethers.getSigners())[2]!
    const hash = keccak256(toUtf8Bytes('{"@context":"https://www.w3.org/ns/did/v1.1"}'))

    const update = await permit(owner)
    await as(owner, registry).update!(device, hash, 'ipfs://update', update.v, update.r, update.s)
    expect(await registry.documentHash!(device)).to.equal(hash)

    const migration = await permit(buyer)
    await as(owner, registry).migrate!(device, buyer, migration.v, migration.r, migration.s)
    expect(await ioID.ownerOf!(await registry.deviceTokenId!(device))).to.equal(await buyer.getAddress())

    const removal = await permit(buyer)
    await as(buyer, registry).remove!(device, removal.v, removal.r, removal.s)
    expect(await registry.exists!(device)).to.equal(false)
    expect(await ioID.projectIDs!(1n, FIRST_PAGE, 10n)).to.deep.equal([[], ZeroAddress])
  })

  it('registers a device with an Ed25519 key by the word of its attestor', async () => {
    const { projectRegistry, store, registry, ed25519 } = contracts
    const [deployer] = await connection.ethers.getSigners()
    const attestor = await ed25519.getAddress()
    expect(await registry.keyVerifier!(DEVICE_KEY_TYPE.ed25519)).to.equal(attestor)
    expect(await registry.keyVerifier!(DEVICE_KEY_TYPE.p256)).not.to.equal(ZeroAddress)
    expect([await ed25519.threshold!(), await ed25519.isAttestor!(deployer)]).to.deep.equal([1n, true])

    await as(owner, projectRegistry)['register(string,uint8)']!('Edwards', HARDWARE)
    const projectId = await contracts.project.count!()
    await as(owner, store).applyIoIDs!(projectId, 1n, { value: parseEther('2') })
    const deviceNFT = await deployDeviceNFT()
    await as(owner, store).setDeviceContract!(projectId, deviceNFT)
    await deviceNFT.configureMinter!(owner, 1n)
    await deviceNFT.mint!(owner)
    await deviceNFT.approve!(registry, 1n)

    const key = new SecretKey('Ed25519', randomBytes(32))
    const { chainId } = await connection.ethers.provider.getNetwork()
    const deadline = BigInt((await connection.ethers.provider.getBlock('latest'))!.timestamp) + 3600n
    const bound = {
      device: key.address,
      owner: (await owner.getAddress()).toLowerCase() as Hex,
      hash: document.hash as Hex,
      uri: document.uri,
      deviceContract: (await deviceNFT.getAddress()).toLowerCase() as Hex,
      tokenId: 1n,
    }
    const registryAddress = (await registry.getAddress()).toLowerCase() as Hex
    const nonce = await registry.nonces!(key.address)
    const permitted = { ...bound, action: 'register', chainId, registry: registryAddress, nonce, deadline } as const
    const digest = devicePermitHash(permitted)
    // The attestor has seen the device's own signature over the digest.
    const signed = await key.signer('#key-1').sign(digest)
    expect(verifySignature('EdDSA', createPublicKey(key.keyObject()), digest, signed)).to.equal(true)
    const publicKey = hexlify(Buffer.from(key.publicJwk.x, 'base64url'))
    const types = {
      Attestation: [
        { name: 'publicKey', type: 'bytes' },
        { name: 'digest', type: 'bytes32' },
      ],
    }
    const domain = { name: 'ioIDAttestor', version: '1', chainId, verifyingContract: attestor }
    const attest = async (by: Signer) =>
      AbiCoder.defaultAbiCoder().encode(
        ['bytes[]'],
        [[await by.signTypedData(domain, types, { publicKey, digest: hexlify(digest) })]],
      )
    const none = { x: 0n, y: 0n, eighthX: 0n, eighthY: 0n, commitmentX: 0n, commitmentY: 0n, response: 0n }
    const registration = async (by: Signer) => ({
      ...bound,
      circuitKey: none,
      permit: { deadline, keyType: DEVICE_KEY_TYPE.ed25519, publicKey, signature: await attest(by) },
      ownerSignature: '0x',
    })
    await expect(as(owner, registry).registerDevice!(await registration(owner))).to.be.revertedWithCustomError(
      registry,
      'IoIDRegistryInvalidPermit',
    )
    await as(owner, registry).registerDevice!(await registration(deployer!))
    expect(await registry.exists!(key.address)).to.equal(true)
  })

  it('holds what is not burnt until the DAO is named', async () => {
    const { store, credentials } = contracts
    expect(await credentials.minimumBurn!()).to.equal(parseEther('1'))
    expect(await store.feeReceiver!()).to.equal(ZeroAddress)
    const [, , held] = await store.ledger!()
    expect(held).to.equal(parseEther('6') - parseEther('6') / 4n)

    const dao = Wallet.createRandom().address
    const named = await connection.ignition.deploy(DaoModule, { parameters: { IoID: price, Dao: { dao } } })
    // The module goes on from a deployment of its own here: what it names is its own store's.
    expect(await (named.store as unknown as Contract).feeReceiver!()).to.equal(dao)
  })

  it('takes the ERC-6551 registry that it is given, and refuses one that is not there', async () => {
    const { deployContract, getContractFactory } = connection.ethers
    const present = await deployContract('ERC6551Registry')
    const source = await deployContract('WalletRegistrySource', [present])
    expect(await source.registry!()).to.equal(await present.getAddress())

    const absent = Wallet.createRandom().address
    await expect(deployContract('WalletRegistrySource', [absent]))
      .to.be.revertedWithCustomError(await getContractFactory('WalletRegistrySource'), 'WalletRegistrySourceHasNoCode')
      .withArgs(absent)
  })
})
