/**
 * The onboarding portal in a real browser, from a wallet and a device to an ioID: the chain, the contracts, the identity
 * service and the device's side of the serial line are the real ones.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { connectIoID } from '@iotex2/chain/contracts/IoID'
import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { connectIoIDStore } from '@iotex2/chain/contracts/IoIDStore'
import { JsonRpcProvider, keccak256, parseEther, Wallet } from 'ethers'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumMissing, launchChromium } from './chromium.ts'
import { InjectedWallet, type InjectedWalletOptions } from './injected-wallet.ts'
import { type OnboardNetwork, PRICE_WEI, startOnboardNetwork } from './onboard-network.ts'
import { PluggedDevice } from './plugged-device.ts'

const EXPLORER = fileURLToPath(new URL('../../packages/explorer/', import.meta.url))
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }
const DEADLINE_MS = 20_000

/** An account each, in the order of its use. */
let accounts = 0
const freshKey = (): string => new Wallet(`0x${(0x1000 + ++accounts).toString(16).padStart(64, '0')}`).privateKey

describe.skipIf(chromiumMissing !== null)('onboarding in chromium', () => {
  let site: string
  let network: OnboardNetwork
  let browser: Browser
  let provider: JsonRpcProvider
  let devicesUsed = 0

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'iotex2-onboard-site-'))
    const build = promisify(execFile)(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', site],
      { cwd: EXPLORER },
    )
    const starting = startOnboardNetwork(site, 12)
    await build
    network = await starting
    provider = new JsonRpcProvider(network.chain.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    provider?.destroy()
    await network?.stop()
    await rm(site, { recursive: true, force: true })
  })

  interface Desk {
    page: Page
    wallet: InjectedWallet
    device: PluggedDevice
    /** Address of the device on the desk. */
    address: `0x${string}`
    /** Of the wallet's first account. */
    account: string
    /** Fails where content is wider than the screen. */
    fits(): Promise<void>
  }

  interface DeskOptions extends BrowserContextOptions {
    wallet?: Partial<InjectedWalletOptions>
    /** IOTX of each account. */
    funds?: string[]
    noSerial?: boolean
    /** Whether the test drives the page's clock. */
    clock?: boolean
  }

  /** A person at a computer with a wallet of two accounts and a device on the desk. */
  async function atDesk(
    { wallet: walletOptions, funds = ['100'], noSerial = false, clock = false, ...options }: DeskOptions,
    use: (desk: Desk) => Promise<void>,
  ): Promise<void> {
    const keys = [freshKey(), freshKey()]
    const wallet = new InjectedWallet({ rpcUrl: network.chain.url, chainId: 31337, keys, ...walletOptions })
    for (const [i, amount] of funds.entries())
      await network.chain.rpc('hardhat_setBalance', [wallet.addresses[i], `0x${parseEther(amount).toString(16)}`])
    const { address, serialPort } = network.devices[devicesUsed++ % network.devices.length]!
    const device = new PluggedDevice(serialPort)
    const context = await browser.newContext({ viewport: DESKTOP, ...options })
    const problems: string[] = []
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(DEADLINE_MS)
      page.on('console', (message) => {
        // A service that refuses is a line in the console; what the page makes of it is looked at.
        if (!['error', 'warning'].includes(message.type()) || /Failed to load resource/.test(message.text())) return
        problems.push(message.text())
      })
      page.on('pageerror', (error) => problems.push(String(error)))
      if (clock) await page.clock.install()
      await wallet.install(page)
      if (!noSerial) await device.install(page)
      else await page.addInitScript('delete Navigator.prototype.serial')
      const fits = async () => {
        const [content, screen] = await page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
        )
        expect(content).toBeLessThanOrEqual(screen)
      }
      await page.goto(`${network.url}/#/onboard`)
      await page.getByRole('heading', { level: 1, name: 'Onboard' }).waitFor()
      await use({ page, wallet, device, address, account: wallet.addresses[0]!, fits })
      expect(problems, 'the console stays empty').toEqual([])
    } finally {
      await context.close()
      await device.unplug()
      wallet.stop()
    }
  }

  const click = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).click()
  const alert = (page: Page) => page.getByRole('alert')
  const step = (page: Page, title: string) => page.locator('.step', { has: page.getByRole('heading', { name: title }) })
  const stepIs = (page: Page, title: string, state: 'done' | 'now' | 'later') =>
    page.locator(`.step[data-state="${state}"]`, { has: page.getByRole('heading', { name: title }) }).waitFor()
  const connect = (page: Page) => click(page, 'Test wallet')
  const read = (page: Page) => click(page, 'Read device DID & DID document')

  /** Has a project of its own with a device NFT, and ioIDs. */
  async function makeProject(page: Page, name: string): Promise<void> {
    await page.getByRole('link', { name: 'Project', exact: true }).click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    await click(page, 'Register the project')
    await page.getByRole('heading', { level: 2, name }).waitFor()
    await page.getByLabel('Device NFT’s name').fill('Weather station')
    await page.getByLabel('Symbol').fill('WSN')
    await click(page, 'Make the device NFT')
    await page.getByLabel('ioIDs to buy').waitFor()
  }

  async function buy(page: Page, count: string): Promise<void> {
    await page.getByLabel('ioIDs to buy').fill(count)
    await page.getByText('are burnt').waitFor()
    await click(page, 'Buy ioIDs')
    await page.locator('.facts > div', { hasText: 'Left' }).getByText(count, { exact: true }).waitFor()
  }

  /** From the connected, funded wallet up to the registration's first transaction. */
  async function upToRegistration(page: Page, project: string): Promise<void> {
    await connect(page)
    await stepIs(page, 'Deposit', 'done')
    await makeProject(page, project)
    await buy(page, '2')
    await page.getByRole('link', { name: 'Device', exact: true }).click()
    await read(page)
    await stepIs(page, 'Document', 'now')
    await click(page, 'Store the document')
    await stepIs(page, 'Registration', 'now')
    await projectSelect(page).selectOption({ label: await optionOf(page, project) })
  }

  const projectSelect = (page: Page) => page.getByRole('combobox', { name: 'Project' })
  const optionOf = async (page: Page, project: string): Promise<string> => {
    const option = projectSelect(page).locator('option', { hasText: project })
    await option.waitFor({ state: 'attached' })
    return (await option.textContent())!
  }

  test.each([
    ['light', 'desktop', DESKTOP],
    ['dark', 'phone', PHONE],
  ] as const)(
    'from a wallet and a device to an ioID, whatever goes wrong on the way: %s on a %s',
    async (colorScheme, name, viewport) => {
      await atDesk({ colorScheme, viewport, funds: ['1', '100'], wallet: {} }, async (desk) => {
        const { page, wallet, device, address, account, fits } = desk
        // A wallet that is elsewhere, and does not know this network.
        wallet.known.delete(31337)
        wallet.chainId = 1
        wallet.rejects.add('eth_requestAccounts')
        await connect(page)
        await alert(page).getByText('You rejected it in the wallet.').waitFor()
        await alert(page).getByText('WALLET_REJECTED').waitFor()
        await fits()
        wallet.rejects.clear()
        await connect(page)
        await page.getByText('is on chain 1.').waitFor()
        await fits()
        wallet.rejects.add('wallet_addEthereumChain')
        await click(page, 'Switch to IoTeX 2.0 devnet')
        await alert(page).getByText('WALLET_REJECTED').waitFor()
        wallet.rejects.clear()
        await click(page, 'Switch to IoTeX 2.0 devnet')
        await stepIs(page, 'Wallet', 'done')

        // The minimum is missing: it comes from the wallet's other account.
        await stepIs(page, 'Deposit', 'now')
        await page.getByText('It has').waitFor()
        await fits()
        await click(page, 'Deposit from another account')
        wallet.rejects.add('eth_sendTransaction')
        await click(page, /^Deposit 9 IOTX from/)
        await alert(page).getByText('WALLET_REJECTED').waitFor()
        wallet.rejects.clear()
        await click(page, /^Deposit 9 IOTX from/)
        await stepIs(page, 'Deposit', 'done')
        expect(await provider.getBalance(account)).toBe(parseEther('10'))

        // The device is pulled out in the middle of its document, then the line garbles a reply.
        device.cancels = true
        await read(page)
        await alert(page).getByText('SERIAL_NOT_CHOSEN').waitFor()
        device.cancels = false
        let replies = 0
        device.garble = (bytes) => {
          if (++replies === 3) void device.unplug()
          return bytes
        }
        const { line } = device
        await read(page)
        await alert(page).getByText('SERIAL_UNPLUGGED').waitFor()
        await fits()
        device.line = line
        let garbled = 0
        device.garble = (bytes) => {
          if (garbled++ !== 1) return bytes
          const changed = Buffer.from(bytes)
          changed[20]! ^= 0x10
          return changed
        }
        await read(page)
        await stepIs(page, 'Device', 'done')
        expect(garbled).toBeGreaterThan(4)
        device.garble = (bytes) => bytes
        await page
          .getByText(`did:io:${address.slice(0, 6)}`)
          .first()
          .waitFor()
        await page.getByText('The device proved that it has this key').waitFor()
        await page.getByText('DID document', { exact: true }).click()
        await page.locator('.document pre').getByText(`did:io:${address}`).first().waitFor()
        await fits()
        await page.getByText('DID document', { exact: true }).click()

        await click(page, 'Store the document')
        await stepIs(page, 'Registration', 'now')

        // A project of one's own, with two ioIDs.
        await makeProject(page, `Weather ${name}`)
        await fits()
        const store = connectIoIDStore(network.contracts.store, provider)
        await page.getByLabel('At most, in IOTX').fill('0.5')
        await page.getByLabel('ioIDs to buy').fill('1')
        await page.getByLabel('At most, in IOTX').fill('0.5')
        await click(page, 'Buy ioIDs')
        await alert(page).getByText('IoIDStoreFeeTooHigh').waitFor()
        await buy(page, '2')

        // Each step is found from the chain: also after a reload, in the middle of everything.
        await page.getByRole('link', { name: 'Device', exact: true }).click()
        await projectSelect(page).selectOption({ label: await optionOf(page, `Weather ${name}`) })
        await click(page, 'Allow yourself to mint')
        await page.getByRole('button', { name: 'Mint a device NFT' }).waitFor()
        wallet.rejects.add('eth_sendTransaction')
        await click(page, 'Mint a device NFT')
        await alert(page).getByText('WALLET_REJECTED').waitFor()
        await fits()
        wallet.rejects.clear()
        await page.reload()
        await stepIs(page, 'Registration', 'now')
        await click(page, 'Mint a device NFT')
        await page.getByText('Weather station #1').waitFor()
        await click(page, 'Approve the registry')
        await page.getByRole('button', { name: 'Register the device' }).waitFor()
        await page.reload()
        await fits()

        // Another device would consent to nothing of this one's.
        device.line = network.devices.find((other) => other.address !== address)!.serialPort
        await click(page, 'Register the device')
        await alert(page).getByText('DEVICE_OTHER').waitFor()
        device.line = line
        await click(page, 'Register the device')
        await page.getByRole('heading', { name: 'It is yours on chain' }).waitFor()
        await fits()

        const registry = connectIoIDRegistry(network.contracts.ioIDRegistry, provider)
        const ioID = connectIoID(network.contracts.ioID, provider)
        expect(await registry.exists(address)).toBe(true)
        const ioid = await registry.deviceTokenId(address)
        expect((await ioID.ownerOf(ioid)).toLowerCase()).toBe(account)
        const [x] = await registry.circuitKey(address)
        const hasCircuitKey = network.devices.findIndex((other) => other.address === address) % 2 === 0
        expect(x !== 0n, 'its key for circuits is bound where it has one').toBe(hasCircuitKey)
        const [held] = await ioID['wallet(uint256)'](ioid)
        await page.locator(`[title="${held}"]`).waitFor()
        expect(await store.projectActivedAmount(await ioID.deviceProject(address))).toBe(1n)

        // Anyone reads the document where the chain says, and the resolver agrees.
        const stored = await fetch(await registry.documentURI(address))
        expect(keccak256(new Uint8Array(await stored.arrayBuffer()))).toBe(await registry.documentHash(address))
        await expect
          .poll(async () => (await fetch(`${network.identityUrl}/1.0/identifiers/did:io:${address}`)).status)
          .toBe(200)

        // The device goes on by itself.
        await page.getByLabel('Gateway for the device’s readings').fill('http://127.0.0.1:9')
        await click(page, 'Tell the device')
        await page.getByText('The device knows its gateway').waitFor()
        const told = JSON.parse(await readFile(join(network.dataDirectory, address, 'server.json'), 'utf8'))
        const project = String(await ioID.deviceProject(address))
        expect(told).toEqual({ projectId: project, transport: 'http', gateways: ['http://127.0.0.1:9'] })

        const link = page.getByRole('link', { name: 'See the device' })
        expect(await link.getAttribute('href')).toBe(`#/devices/${address}`)
        await page.getByRole('link', { name: 'Project', exact: true }).click()
        await page.locator('.facts > div', { hasText: 'In use by devices' }).getByText('1', { exact: true }).waitFor()
        await fits()
      })
    },
    120_000,
  )

  test('a registration that was sent is waited for after a reload, and is not sent again', async () => {
    await atDesk({}, async ({ page, wallet, address }) => {
      await upToRegistration(page, 'Patience')
      await click(page, 'Allow yourself to mint')
      await click(page, 'Mint a device NFT')
      await click(page, 'Approve the registry')
      await page.getByRole('button', { name: 'Register the device' }).waitFor()
      await network.chain.rpc('evm_setAutomine', [false])
      try {
        const sent = () => wallet.asked.filter((method) => method === 'eth_sendTransaction').length
        const before = sent()
        await click(page, 'Register the device')
        await expect.poll(sent).toBe(before + 1)
        await expect.poll(() => page.evaluate<string>(`JSON.stringify(localStorage)`)).toContain('Register the device')
        await page.reload()
        await page.getByText('Waiting for a transaction that you sent: Register the device').waitFor()
        await network.chain.rpc('evm_mine')
        await page.getByRole('heading', { name: 'It is yours on chain' }).waitFor()
        expect(sent()).toBe(before + 1)
      } finally {
        await network.chain.rpc('evm_setAutomine', [true])
      }
      const registry = connectIoIDRegistry(network.contracts.ioIDRegistry, provider)
      expect(await registry.exists(address)).toBe(true)
    })
  }, 60_000)

  test('a transaction that was dropped can be forgotten and sent again', async () => {
    await atDesk({ clock: true }, async ({ page }) => {
      await connect(page)
      await stepIs(page, 'Deposit', 'done')
      await page.getByRole('link', { name: 'Project', exact: true }).click()
      await page.getByLabel('Name', { exact: true }).fill('Dropped')
      await network.chain.rpc('evm_setAutomine', [false])
      try {
        await click(page, 'Register the project')
        const pending = () =>
          page.evaluate<string | undefined>(
            `Object.values(localStorage).map((text) => /"hash":"(0x[0-9a-f]{64})"/.exec(text)?.[1]).find(Boolean)`,
          )
        await expect.poll(pending).toBeDefined()
        await network.chain.rpc('hardhat_dropTransaction', [await pending()])
      } finally {
        await network.chain.rpc('evm_setAutomine', [true])
      }
      await expect
        .poll(
          async () => {
            await page.clock.runFor(1_000)
            return alert(page).getByText('TRANSACTION_DROPPED').count()
          },
          { timeout: DEADLINE_MS, interval: 5 },
        )
        .toBe(1)
      await click(page, 'Forget it')
      await click(page, 'Register the project')
      await page.getByRole('heading', { level: 2, name: 'Dropped' }).waitFor()
      expect(await alert(page).count()).toBe(0)
    })
  }, 90_000)

  test('a device NFT contract that is made and not yet the project’s is given to it after a reload', async () => {
    await atDesk({}, async ({ page, wallet }) => {
      await connect(page)
      await page.getByRole('link', { name: 'Project', exact: true }).click()
      await page.getByLabel('Name', { exact: true }).fill('Halfway')
      await click(page, 'Register the project')
      await page.getByLabel('Device NFT’s name').fill('Station')
      await page.getByLabel('Symbol').fill('STN')
      wallet.patience = 1
      await click(page, 'Make the device NFT')
      await alert(page).getByText('WALLET_REJECTED').waitFor()
      wallet.patience = Number.POSITIVE_INFINITY
      await page.reload()
      const sent = wallet.asked.length
      await click(page, 'Give it to the project')
      await page.locator('.facts').getByText('Station', { exact: true }).waitFor()
      expect(wallet.asked.slice(sent)).toEqual(['eth_sendTransaction'])
    })
  })

  test('accounts and networks are followed, and what one account began is not another’s', async () => {
    await atDesk({ funds: ['100', '100'] }, async ({ page, wallet }) => {
      await connect(page)
      await read(page)
      await stepIs(page, 'Document', 'now')
      await wallet.useAccount(wallet.addresses[1]!)
      await stepIs(page, 'Device', 'now')
      await wallet.useAccount(wallet.addresses[0]!)
      await stepIs(page, 'Document', 'now')
      await wallet.useChain(1)
      await page.getByText('is on chain 1.').waitFor()
      expect(await step(page, 'Deposit').count()).toBe(0)
      await wallet.useChain(31337)
      await stepIs(page, 'Document', 'now')
      // Known again after a reload, without asking; and no more once it was disconnected.
      const asked = wallet.asked.length
      await page.reload()
      await stepIs(page, 'Document', 'now')
      expect(wallet.asked.length).toBe(asked)
      await click(page, 'Disconnect')
      await page.reload()
      await stepIs(page, 'Wallet', 'now')
    })
  })

  test('an ioID is bought on the way where the project has none left, and a virtual device pays as it registers', async () => {
    const spent = async (account: string) => parseEther('100') - (await provider.getBalance(account))
    const register = async (page: Page) => {
      await click(page, 'Allow yourself to mint')
      await click(page, 'Mint a device NFT')
      await click(page, 'Approve the registry')
      await click(page, 'Register the device')
      await page.getByRole('heading', { name: 'It is yours on chain' }).waitFor()
    }
    const untilProject = async (page: Page, name: string) => {
      await page.getByRole('link', { name: 'Device', exact: true }).click()
      await read(page)
      await click(page, 'Store the document')
      await projectSelect(page).selectOption({ label: await optionOf(page, name) })
    }
    await atDesk({}, async ({ page, account }) => {
      await connect(page)
      await makeProject(page, 'Empty')
      await untilProject(page, 'Empty')
      await page.getByLabel('At most, in IOTX').fill('3')
      await click(page, 'Buy an ioID')
      await page.getByText('1 left').waitFor()
      // What was not needed of the maximum came back.
      expect(await spent(account)).toBeLessThan(PRICE_WEI + parseEther('0.1'))
      await register(page)
    })
    await atDesk({}, async ({ page, account }) => {
      await connect(page)
      await page.getByRole('link', { name: 'Project', exact: true }).click()
      await page.getByLabel('Name', { exact: true }).fill('Virtual')
      await page.getByLabel(/^Virtual:/).check()
      await click(page, 'Register the project')
      await page.getByLabel('Device NFT’s name').fill('App')
      await page.getByLabel('Symbol').fill('APP')
      await click(page, 'Make the device NFT')
      await page.locator('.facts').getByText('App', { exact: true }).waitFor()
      expect(await page.getByRole('button', { name: 'Buy ioIDs' }).count()).toBe(0)
      await untilProject(page, 'Virtual')
      await page.getByText('paid as it registers: 1 IOTX').waitFor()
      await register(page)
      const paid = await spent(account)
      expect(paid).toBeGreaterThan(PRICE_WEI)
      expect(paid).toBeLessThan(PRICE_WEI + parseEther('0.1'))
    })
  }, 90_000)

  test('a device of another owner, and a second one of the same', async () => {
    await atDesk({}, async ({ page, address, wallet, account }) => {
      await upToRegistration(page, 'Taken')
      await click(page, 'Allow yourself to mint')
      await click(page, 'Mint a device NFT')
      await click(page, 'Approve the registry')
      await click(page, 'Register the device')
      await page.getByRole('heading', { name: 'It is yours on chain' }).waitFor()
      await click(page, 'Onboard another device')
      await stepIs(page, 'Device', 'now')
      await read(page)
      // The same again: nothing is to be done.
      await page.getByRole('heading', { name: 'It is yours on chain' }).waitFor()

      const other = wallet.addresses[1]!
      await network.chain.rpc('hardhat_setBalance', [other, `0x${parseEther('100').toString(16)}`])
      wallet.shared = [account, other]
      await wallet.useAccount(other)
      await read(page)
      await page.getByRole('heading', { name: 'It is registered already' }).waitFor()
      await page.getByText('This device belongs to another account.').waitFor()
      expect(await page.getByRole('button', { name: 'Register the device' }).count()).toBe(0)
      expect(address).toMatch(/^0x/)
    })
  }, 60_000)

  test('a project of somebody else: what is missing is said', async () => {
    await atDesk({}, async ({ page }) => {
      await connect(page)
      await makeProject(page, 'Somebody’s')
    })
    await atDesk({}, async ({ page }) => {
      await connect(page)
      await read(page)
      await click(page, 'Store the document')
      await page.getByLabel('The project’s number').fill('999')
      await click(page, 'Use this project')
      await alert(page).getByText('There is no project 999.').waitFor()
      const latest = String(await lastProject())
      await page.getByLabel('The project’s number').fill(latest)
      await click(page, 'Use this project')
      await page.getByText('This account has no device NFT of the project').waitFor()
      expect(await page.getByRole('button', { name: 'Buy an ioID' }).count()).toBe(0)
    })
  }, 60_000)

  const lastProject = async (): Promise<bigint> => {
    const { connectProject } = await import('@iotex2/chain/contracts/Project')
    return connectProject(network.contracts.project, provider).count()
  }

  test('a wallet that only stands at window.ethereum is used', async () => {
    await atDesk({ wallet: { announced: false } }, async ({ page }) => {
      await click(page, 'Browser wallet')
      await stepIs(page, 'Deposit', 'done')
    })
  })

  test('a browser without Web Serial says what to use', async () => {
    await atDesk({ noSerial: true }, async ({ page }) => {
      await connect(page)
      await page.getByText('This browser has no Web Serial.').waitFor()
    })
  })

  test('without an identity service the page says so, and the rest of it works', async () => {
    network.setOnboarding(false)
    try {
      await atDesk({}, async ({ page }) => {
        await page.getByText('Nothing is onboarded here').waitFor()
      })
    } finally {
      network.setOnboarding(true)
    }
  })

  test('the browser is told to keep the page to itself', async () => {
    await atDesk({}, async ({ page }) => {
      const response = await page.goto(network.url)
      expect(response!.headers()['content-security-policy']).toContain("default-src 'self'")
      expect(response!.headers()['permissions-policy']).toContain('serial=(self)')
      // Nothing of the portal is loaded before it is asked for.
      const loaded = await page.evaluate<string[]>('performance.getEntriesByType("resource").map(({ name }) => name)')
      expect(loaded.filter((name) => /onboard/.test(name))).toEqual([])
      // And once it is, it is light: contracts' bindings and curves, without a library for each wallet.
      const [chunk] = (await readdir(join(site, 'assets'))).filter((name) => /^onboard-.*\.js$/.test(name))
      expect(gzipSync(await readFile(join(site, 'assets', chunk!))).length).toBeLessThan(70 * 1024)
    })
  })
})
