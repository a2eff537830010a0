/**
 * Restaked stake in a real browser: deposits, delegations, exits and claims through an injected wallet, each with its preview
 * first. Chain, contracts, index and API are the real ones.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectRewards } from '@iotex2/chain/contracts/Rewards'
import { connectSlasher } from '@iotex2/chain/contracts/Slasher'
import { connectTokenVault } from '@iotex2/chain/contracts/TokenVault'
import { connectVaultFactory } from '@iotex2/chain/contracts/VaultFactory'
import { connectSystemStaking } from '@iotex2/chain/system-staking'
import { RequestError } from '@iotex2/protocol/errors'
import { Contract, Interface, parseEther, toUtf8Bytes, Wallet } from 'ethers'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BRIDGE,
  DAY,
  EXIT_DELAY,
  FLEET,
  IOTX,
  mined,
  type StakeNetwork,
  stakeBucket,
  stakeNative,
} from '../stake-network.ts'
import { chromiumMissing, launchChromium } from './chromium.ts'
import { InjectedWallet } from './injected-wallet.ts'
import { type StakePage, startStakePage } from './stake-page.ts'

const EXPLORER = fileURLToPath(new URL('../../packages/explorer/', import.meta.url))
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }
const DEADLINE_MS = 20_000
/** A pool that was slashed rounds in its own favour. */
const DELEGATED = /^Delegated: (50|49\.9999) WIOTX/
const POLL = { timeout: DEADLINE_MS }
const TOKEN_ABI = [
  'function mint(address, uint256)',
  'function approve(address, uint256)',
  'function balanceOf(address) view returns (uint256)',
]

/** An account each, in the order of its use. */
let accounts = 0
const freshKey = (): string => new Wallet(`0x${(0x2000 + ++accounts).toString(16).padStart(64, '0')}`).privateKey

describe.skipIf(chromiumMissing !== null)('stake in chromium', () => {
  let site: string
  let served: StakePage
  let network: StakeNetwork
  let browser: Browser

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'iotex2-stake-site-'))
    const build = promisify(execFile)(
      process.execPath,
      ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', site],
      { cwd: EXPLORER },
    )
    await build
    served = await startStakePage(site)
    network = served.network
    browser = await launchChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await served?.stop()
    await rm(site, { recursive: true, force: true })
  })

  interface Desk {
    page: Page
    wallet: InjectedWallet
    account: string
    /** Fails where content is wider than the screen. */
    checked(name: string): Promise<void>
  }

  /** A person with a wallet of 1,000 IOTX at the stake view. */
  async function atDesk(options: BrowserContextOptions, use: (desk: Desk) => Promise<void>): Promise<void> {
    const wallet = new InjectedWallet({ rpcUrl: network.chain.url, chainId: 31337, keys: [freshKey()] })
    const [account] = wallet.addresses as [string]
    await network.chain.rpc('hardhat_setBalance', [account, `0x${parseEther('1000').toString(16)}`])
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
      await wallet.install(page)
      const checked = async (name: string) => {
        const [content, screen] = await page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
        )
        expect(content, `${name} is wider than the screen`).toBeLessThanOrEqual(screen)
        const directory = process.env.SCREENSHOTS
        if (directory) {
          const { colorScheme = 'light', viewport } = { viewport: DESKTOP, ...options }
          const file = `stake-${name}-${colorScheme}-${viewport!.width}.png`
          await page.screenshot({ path: join(directory, file), fullPage: true })
        }
      }
      await page.goto(`${served.url}/#/stake`)
      await page.getByRole('heading', { level: 1, name: 'Stake' }).waitFor()
      await use({ page, wallet, account, checked })
      expect(problems, 'the console stays empty').toEqual([])
    } finally {
      await context.close()
      wallet.stop()
    }
  }

  const part = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Parts of stake' }).getByRole('link', { name }).click()
  const panel = (page: Page, name: string | RegExp) =>
    page.locator('section.panel', { has: page.getByRole('heading', { level: 2, name }) })
  const rows = (page: Page, table: string) => page.getByRole('table', { name: table }).getByRole('row')
  const connect = async (page: Page) => {
    await part(page, 'Your stake')
    await page.getByRole('button', { name: 'Test wallet' }).click()
    await page.getByRole('heading', { name: 'In the vaults' }).waitFor()
  }
  const sent = (wallet: InjectedWallet) => wallet.asked.filter((method) => method === 'eth_sendTransaction').length
  const vault = () => connectNativeVault(network.nativeVault, network.provider)

  const deposit = async (page: Page, amount: string) => {
    const form = page.locator('form', { has: page.getByRole('heading', { name: 'Put in' }) })
    await form.getByLabel('Amount, in IOTX').fill(amount)
    await form.getByText('Nothing can slash it before you delegate it.').waitFor()
    await form.getByRole('button', { name: 'Deposit' }).click()
    await rows(page, 'Your balances').getByText(amount, { exact: false }).first().waitFor()
  }
  const chooseBasket = async (page: Page, basket: RegExp) => {
    const select = panel(page, 'Delegate').getByLabel('To')
    const label = await select.locator('option', { hasText: basket }).first().textContent()
    await select.selectOption({ label: label! })
  }

  test.each([
    ['light', 'desktop', DESKTOP],
    ['dark', 'phone', PHONE],
  ] as const)(
    'from a wallet to stake and out again, nothing is asked before its effect is told: %s on a %s',
    async (colorScheme, _name, viewport) => {
      await atDesk({ colorScheme, viewport }, async ({ page, wallet, account, checked }) => {
        await rows(page, 'Stake by module').nth(2).waitFor()
        await rows(page, 'Stake by validator and basket').nth(3).waitFor()
        await checked('empty')
        await connect(page)
        await checked('connected')

        // A deposit that is rejected changes nothing.
        const form = page.locator('form', { has: page.getByRole('heading', { name: 'Put in' }) })
        await form.getByLabel('Amount, in IOTX').fill('5000')
        await form.getByText('that is no amount of it').waitFor()
        expect(await form.getByRole('button', { name: 'Deposit' }).isDisabled()).toBe(true)
        await form.getByLabel('Amount, in IOTX').fill('100.5')
        await form.getByText('900 IOTX').or(form.getByText('899.5 IOTX')).waitFor()
        await checked('deposit')
        expect(sent(wallet)).toBe(0)
        wallet.rejects.add('eth_sendTransaction')
        await form.getByRole('button', { name: 'Deposit' }).click()
        await page.getByRole('alert').getByText('WALLET_REJECTED').waitFor()
        wallet.rejects.clear()
        await form.getByRole('button', { name: 'Deposit' }).click()
        await rows(page, 'Your balances').getByText('100.5 WIOTX').waitFor()

        // Both modules' terms, and both of them together.
        await chooseBasket(page, /basket 2/)
        const delegating = panel(page, 'Delegate')
        await delegating.getByLabel('Amount, in WIOTX').fill('40')
        const preview = delegating.getByRole('region', { name: 'What it will do' })
        await preview.getByText(/Module 1 can take at most 16 WIOTX for one offence, of 32 WIOTX/).waitFor()
        await preview.getByText(/Module 2 can take at most 4\.8 WIOTX for one offence, of 24 WIOTX/).waitFor()
        await preview.getByText(/All of them together: 20\.8 WIOTX/).waitFor()
        const counts = await preview
          .getByText(/It counts, and earns, from/)
          .getByRole('time')
          .getAttribute('datetime')
        const now = await network.now()
        expect(Date.parse(counts!) / 1000).toBe(now - (now % DAY) + DAY)
        await preview.getByText(/That takes 7 days/).waitFor()
        await checked('delegate')
        await delegating.getByRole('button', { name: 'Delegate' }).click()
        const delegated = panel(page, /^Delegated: 40 WIOTX/)
        await delegated.waitFor()
        const [first] = network.validators
        expect(await vault().stakeOf(account, first!.address, 2)).toBe(40n * IOTX)

        // On its way out it stays slashable, and the page says until when.
        await delegated.getByRole('button', { name: 'Let it leave' }).click()
        await delegated.getByLabel('Amount, in WIOTX').fill('10')
        const leaving = delegated.getByRole('region', { name: 'What it will do' })
        await leaving.getByText(/10 WIOTX leave, 30 WIOTX stay delegated/).waitFor()
        await leaving.getByText(/Module 1 can take at most 4 WIOTX/).waitFor()
        await checked('exit')
        await delegated.getByRole('button', { name: 'Ask to leave' }).click()
        await rows(page, 'Your exits, the next first')
          .getByText(/Locked until/)
          .waitFor()
        await panel(page, /^Delegated: 30 WIOTX/).waitFor()
        expect(await vault().stakeOf(account, first!.address, 2)).toBe(30n * IOTX)
        await checked('leaving')

        await network.pass(EXIT_DELAY)
        // What the preview said a module can take is what the contract lets it take.
        const pooled = await vault().slashableNow(first!.address, 2)
        const slasher = connectSlasher(network.deployment.address('slasher'), network.provider)
        const capture = (await network.now()) - 60
        for (const [dim, ten] of [
          [FLEET, 4n],
          [BRIDGE, 1.2],
        ] as const)
          expect(await slasher.slashableAt(dim, network.nativeVault, first!.address, 2, capture)).toBe(
            (pooled * BigInt(10 * Number(ten))) / 100n,
          )
        await page.reload()
        const exits = rows(page, 'Your exits, the next first')
        await exits.getByText('Credits 10 WIOTX').waitFor()
        await exits.getByRole('button', { name: 'Claim' }).click()
        await rows(page, 'Your balances').getByText('70.5 WIOTX').waitFor()

        const out = page.locator('form', { has: page.getByRole('heading', { name: 'Take out' }) })
        await out.getByRole('button', { name: 'All' }).click()
        await out.getByText(/Your account gets 70\.5 IOTX, unwrapped, at once/).waitFor()
        await out.getByRole('button', { name: 'Withdraw' }).click()
        await rows(page, 'Your balances').getByText('0 WIOTX', { exact: true }).waitFor()
        expect(await vault().balanceOf(account)).toBe(0n)
        expect(await network.provider.getBalance(account)).toBeGreaterThan(969n * IOTX)
        await part(page, 'Overview')
        await rows(page, 'Stake by asset')
          .getByText(/^[36]0 WIOTX$/)
          .first()
          .waitFor()
        await checked('overview')
      })
    },
    120_000,
  )

  test('a token of six decimals is allowed, put in and delegated', async () => {
    const factory = connectVaultFactory(network.deployment.address('vaultFactory'), network.governance)
    await mined(factory.create(network.token))
    const address = await factory.vaultOf(network.token)
    await atDesk({}, async ({ page, wallet, account, checked }) => {
      const token = new Contract(network.token, TOKEN_ABI, network.governance)
      await (await token.mint!(account, 2_500_000n)).wait()
      await connect(page)
      const balances = panel(page, 'In the vaults')
      await balances.getByLabel('Asset').selectOption({ value: address.toLowerCase() })
      const form = page.locator('form', { has: page.getByRole('heading', { name: 'Put in' }) })
      await form.getByText('You hold 2.5 USDX').waitFor()
      await form.getByLabel('Amount, in USDX').fill('1.2345678')
      await form.getByText('that is no amount of it').waitFor()
      await form.getByRole('button', { name: 'All' }).click()
      await form.getByText(/Two transactions/).waitFor()
      await checked('token')
      // The person allows it, and then has enough: what was done stays done.
      wallet.patience = 1
      await form.getByRole('button', { name: 'Allow and deposit' }).click()
      await page.getByRole('alert').getByText('WALLET_REJECTED').waitFor()
      wallet.patience = Number.POSITIVE_INFINITY
      await form.getByRole('button', { name: 'Deposit', exact: true }).click()
      await rows(page, 'Your balances').getByText('2.5 USDX').waitFor()

      await panel(page, 'Delegate').getByLabel('Of').selectOption({ value: address.toLowerCase() })
      await chooseBasket(page, /module 2 100 %/)
      await panel(page, 'Delegate').getByRole('button', { name: 'All' }).click()
      await panel(page, 'Delegate')
        .getByText(/Module 2 can take at most 0\.5 USDX/)
        .waitFor()
      await panel(page, 'Delegate')
        .getByText(/it is burnt/)
        .waitFor()
      await panel(page, 'Delegate').getByRole('button', { name: 'Delegate' }).click()
      await panel(page, /^Delegated: 2\.5 USDX/).waitFor()
      const second = network.validators[1]!.address
      expect(await connectTokenVault(address, network.provider).stakeOf(account, second, 1)).toBe(2_500_000n)
    })
  }, 60_000)

  test('what is slashed is told with its evidence, until when it can be vetoed, and what became of it', async () => {
    const [first, second] = network.validators.map(({ address }) => address) as [string, string]
    await stakeNative(network, network.staker, { validator: first, basket: 1, amount: 100n * IOTX })
    await stakeNative(network, network.staker, { validator: second, basket: 1, amount: 100n * IOTX })
    await network.pass(DAY)
    const captureTime = (await network.now()) - 60
    const slasher = connectSlasher(network.deployment.address('slasher'), network.builder)
    const offence = { vault: network.nativeVault, basket: 1, captureTime }
    await mined(
      slasher.slash({ ...offence, dim: FLEET, validator: first, amount: 7n * IOTX }, toUtf8Bytes('missed task 12')),
    )
    const link = 'https://bridge.example/evidence/1'
    const request = { ...offence, dim: BRIDGE, validator: second }
    await mined(slasher.requestSlash({ ...request, amount: 5n * IOTX }, toUtf8Bytes(link)))
    await mined(slasher.requestSlash({ ...request, amount: IOTX }, '0xff00ff00'))
    await mined(connectSlasher(await slasher.getAddress(), network.governance).vetoSlash(2))
    for (const [colorScheme, viewport] of [
      ['dark', DESKTOP],
      ['light', PHONE],
    ] as const)
      await atDesk({ colorScheme, viewport }, async ({ page, checked }) => {
        await part(page, 'Slashes')
        const table = rows(page, 'Slashes, newest first')
        await table.nth(3).waitFor()
        await table.nth(1).getByText('Vetoed', { exact: true }).waitFor()
        await table
          .nth(2)
          .getByText(/veto until in/)
          .waitFor()
        await table.nth(2).getByText('Show it').click()
        expect(await table.nth(2).getByRole('link', { name: link }).getAttribute('rel')).toBe('noreferrer')
        await table.nth(3).getByText('7 WIOTX').first().waitFor()
        await table.nth(3).getByText('Show it').click()
        await table.nth(3).getByText('missed task 12').waitFor()
        await checked('slashes')
      })
    await network.pass(DAY / 2)
    await atDesk({}, async ({ page }) => {
      await part(page, 'Slashes')
      await rows(page, 'Slashes, newest first').nth(2).getByText('Executable', { exact: true }).waitFor()
      await mined(slasher.executeSlash(1))
      await rows(page, 'Slashes, newest first').nth(2).getByText('Executed', { exact: true }).waitFor()
    })
  }, 90_000)

  test('bribes are told by what a unit of stake gets, and claimed after their preview', async () => {
    const rewards = connectRewards(network.deployment.address('rewards'), network.builder)
    const token = new Contract(network.token, TOKEN_ABI, network.builder)
    await (await token.mint!(await network.builder.getAddress(), 1_000_000_000n)).wait()
    await (await token.approve!(await rewards.getAddress(), 1_000_000_000n)).wait()
    const pot = { dim: BRIDGE, vault: network.nativeVault, token: network.token }
    await atDesk({ viewport: PHONE, colorScheme: 'dark' }, async ({ page, account, checked }) => {
      await connect(page)
      await deposit(page, '50')
      await chooseBasket(page, /module 2 100 %/)
      await panel(page, 'Delegate').getByRole('button', { name: 'All' }).click()
      await panel(page, 'Delegate').getByRole('button', { name: 'Delegate' }).click()
      await panel(page, DELEGATED).waitFor()
      const epoch = Math.floor((await network.now()) / DAY)
      await mined(rewards.fund(pot, epoch + 1, 4, 12_000_000n))
      await network.pass(DAY)
      await part(page, 'Bribes')
      const table = rows(page, 'Bribes, those funded last first')
      await table.nth(1).getByText('12 USDX').first().waitFor()
      const stake = await rewards.totalIn(BRIDGE, network.nativeVault, epoch + 1)
      // Twelve tokens for each so much stake, to four digits that count.
      const each = String(Number((12n * 10n ** 36n) / stake) / 10 ** 18).slice(0, 7)
      await table.nth(1).getByText(`${each} per WIOTX`).first().waitFor()
      await checked('bribes')

      await network.pass(2 * DAY)
      await part(page, 'Your stake')
      const delegated = panel(page, DELEGATED)
      await delegated.getByRole('button', { name: 'Claim what it earned' }).click()
      const preview = delegated.getByRole('region', { name: 'What it will do' })
      await preview.getByText(/after the validator’s commission/).waitFor()
      await checked('earned')
      const second = network.validators[1]!.address
      const position = { validator: second, basket: 1, generation: 0, staker: account }
      const due = await rewards.pending(pot, position, 50)
      expect(due).toBeGreaterThan(0n)
      await delegated.getByRole('button', { name: 'Claim', exact: true }).click()
      await delegated.getByText('nothing to claim').waitFor()
      expect(await token.balanceOf!(account)).toBe(due)
    })
    await atDesk({}, async ({ page, checked }) => {
      await part(page, 'Bribes')
      await rows(page, 'Bribes, those funded last first').nth(1).waitFor()
      await checked('bribes')
    })
  }, 90_000)

  const ownership = new Interface([
    'function transferFrom(address, address, uint256)',
    'function ownerOf(uint256) view returns (address)',
  ])
  const buckets = () => connectBucketVault(network.bucketVault, network.staker)
  const staking = async () => connectSystemStaking(await buckets().staking(), network.staker)
  /** Slashes what the bucket vault has with the second validator, for the second module. */
  const slashBuckets = async (amount: bigint) => {
    const slasher = connectSlasher(network.deployment.address('slasher'), network.builder)
    const request = (await slasher.requests()) + 1n
    const offence = { dim: BRIDGE, vault: network.bucketVault, validator: network.validators[1]!.address, basket: 1 }
    await mined(
      slasher.requestSlash(
        { ...offence, captureTime: (await network.now()) - 60, amount },
        toUtf8Bytes('signed twice'),
      ),
    )
    await network.pass(DAY / 2)
    await mined(slasher.executeSlash(request))
  }

  test.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)(
    'staked IOTX secures a module, pays for a slash, and comes back: %s',
    async (colorScheme, viewport) => {
      await atDesk({ colorScheme, viewport }, async ({ page, account, checked }) => {
        const id = await stakeBucket(network, network.staker, 500n * IOTX)
        const to = await buckets().staking()
        const own = await network.staker.getAddress()
        await (
          await network.staker.sendTransaction({
            to,
            data: ownership.encodeFunctionData('transferFrom', [own, account, id]),
          })
        ).wait()

        await connect(page)
        const staked = panel(page, 'Staked IOTX, buckets of version 3')
        const form = staked.locator('form', { has: page.getByRole('heading', { name: 'Restake a bucket' }) })
        const number = form.getByLabel(/Number of the bucket/)
        await number.fill('99999')
        await form.getByText('There is no such bucket.').waitFor()
        await number.fill(String(id))
        await form.getByText('500 IOTX are credited').waitFor()
        await form.getByText(/locked for 14 days/).waitFor()
        await checked('restake')
        await form.getByRole('button', { name: 'Allow and restake' }).click()
        await rows(page, 'Your buckets of version 3').getByText(`#${id}`, { exact: true }).waitFor()

        // It secures as any other stake.
        await panel(page, 'Delegate').getByLabel('Of').selectOption({ value: network.bucketVault })
        await chooseBasket(page, /module 2 100 %/)
        await panel(page, 'Delegate').getByLabel('Amount, in IOTX').fill('400')
        await panel(page, 'Delegate')
          .getByText(/Module 2 can take at most 80 IOTX/)
          .waitFor()
        await panel(page, 'Delegate').getByRole('button', { name: 'Delegate' }).click()
        const delegated = panel(page, /^Delegated: (400|399\.9999) IOTX/)
        await delegated.waitFor()

        // It goes on voting, for whom its staker says.
        await staked.getByRole('button', { name: `Change #${id}` }).click()
        const delegate = network.validators[1]!.address
        await staked.getByRole('textbox', { name: 'Delegate’s address' }).fill(delegate)
        await checked('bucket')
        await staked.getByRole('button', { name: 'Vote' }).click()
        await expect
          .poll(async () => (await (await staking()).bucketOf(id)).delegate.toLowerCase(), POLL)
          .toBe(delegate.toLowerCase())

        // A slash is a debt.
        await network.pass(DAY)
        await slashBuckets(40n * IOTX)
        // Shared with whoever else is in the pool.
        const slashed = panel(page, /^Delegated: 3[0-9.]+ IOTX/)
        await slashed.getByText('Slashed, not put down yet').waitFor()
        await slashed.getByRole('button', { name: 'Put it down as a debt' }).click()
        await staked.getByText(/to be paid by/).waitFor()
        const { debt } = await buckets().accountOf(account)
        const lost = 400n * IOTX - (await buckets().stakeOf(account, network.validators[1]!.address, 1))
        expect(debt).toBeGreaterThan(IOTX)
        expect(debt - lost).toBeLessThanOrEqual(1n)
        const paying = staked.locator('form', { has: page.getByRole('heading', { name: 'Pay the debt' }) })
        await paying.getByText('Until it is paid, nothing more can be delegated and no bucket leaves.').waitFor()
        await paying.getByRole('button', { name: 'All' }).click()
        await paying.getByText('The debt is 0 IOTX then, and no bucket can be taken for it.').waitFor()
        await checked('debt')
        await paying.getByRole('button', { name: 'Pay' }).click()
        await paying.waitFor({ state: 'detached' })
        expect((await buckets().accountOf(account)).debt).toBe(0n)

        // What is still delegated of it is paid in, and the bucket leaves at once.
        await staked.getByRole('button', { name: `Change #${id}` }).click()
        const leaving = staked.locator('form', { has: page.getByRole('heading', { name: `Take back bucket #${id}` }) })
        await leaving.getByText(/what the balance lacks of it/).waitFor()
        await checked('take-back')
        await leaving.getByRole('button', { name: 'Pay and take back' }).click()
        await leaving.waitFor({ state: 'detached' })
        expect((await (await staking()).ownerOf(id)).toLowerCase()).toBe(account.toLowerCase())
        await delegated.waitFor({ state: 'detached' })
        await part(page, 'Overview')
        await rows(page, 'Stake by asset').getByText('staked in buckets of version 3').waitFor()
      })
    },
    120_000,
  )

  test('a bucket whose staker did not pay is bought', async () => {
    const id = await stakeBucket(network, network.staker, 300n * IOTX)
    const staker = await network.staker.getAddress()
    const second = network.validators[1]!.address
    await mined((await staking()).approve(network.bucketVault, id))
    await mined(buckets().depositBucket(id))
    await mined(buckets().delegate(second, 1, 300n * IOTX))
    await network.pass(DAY)
    await slashBuckets(50n * IOTX)
    await mined(buckets().realise(staker, second, 1, await buckets().generationOf(second, 1)))
    await network.pass(Number(await buckets().GRACE()) + 1)
    await mined(buckets().auction(id))
    for (const [colorScheme, viewport] of [
      ['dark', DESKTOP],
      ['light', PHONE],
    ] as const)
      await atDesk({ colorScheme, viewport }, async ({ page, account, checked }) => {
        const table = rows(page, 'Buckets for sale')
        await table.nth(1).getByText(`#${id}`).waitFor()
        await checked('auction')
        if (viewport === DESKTOP) return
        await connect(page)
        await table.getByRole('button', { name: `Buy #${id}` }).click()
        const form = page.locator('form', { has: page.getByRole('heading', { name: `Buy bucket #${id}` }) })
        // It begins a tenth above what is in the bucket.
        await form.getByText(/Your account pays at most (330|329\.\d+) IOTX/).waitFor()
        await network.pass(DAY)
        await checked('buy')
        await form.getByRole('button', { name: 'Buy', exact: true }).click()
        await form.waitFor({ state: 'detached' })
        expect((await (await staking()).ownerOf(id)).toLowerCase()).toBe(account.toLowerCase())
      })
  }, 120_000)

  test('a transaction that was sent before a reload is waited for', async () => {
    await atDesk({}, async ({ page, wallet }) => {
      await connect(page)
      await network.chain.rpc('evm_setAutomine', [false])
      try {
        const form = page.locator('form', { has: page.getByRole('heading', { name: 'Put in' }) })
        await form.getByLabel('Amount, in IOTX').fill('3')
        await form.getByRole('button', { name: 'Deposit' }).click()
        await expect.poll(() => sent(wallet), POLL).toBe(1)
        await expect.poll(() => page.evaluate('JSON.stringify(localStorage)'), POLL).toContain('Deposit')
        await page.reload()
        await page.getByText('Waiting for a transaction that you sent: Deposit').waitFor()
      } finally {
        await network.chain.rpc('evm_mine')
        await network.chain.rpc('evm_setAutomine', [true])
      }
      await rows(page, 'Your balances').getByText('3 WIOTX').waitFor()
      expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('Deposit')
    })
  }, 60_000)

  test('the keyboard alone delegates', async () => {
    await atDesk({}, async ({ page }) => {
      await connect(page)
      await deposit(page, '2')
      const amount = panel(page, 'Delegate').getByLabel('Amount, in WIOTX')
      await amount.focus()
      await page.keyboard.type('1.5')
      await panel(page, 'Delegate')
        .getByText(/You then have 1\.5 WIOTX/)
        .waitFor()
      await page.keyboard.press('Enter')
      // A pool that was slashed rounds in its own favour.
      await panel(page, /^Delegated: 1\.(5|4999) WIOTX/).waitFor()
    })
  }, 60_000)

  test('a deployment without stake says so, and an API that fails shows why and recovers', async () => {
    served.setRefusal(new RequestError(404, 'STAKE_OFF', 'Nothing is restaked here.'))
    try {
      await atDesk({}, async ({ page }) => {
        await page.getByRole('heading', { name: 'Nothing is restaked here' }).waitFor()
        served.setRefusal(new RequestError(503, 'CHAIN_UNREACHABLE', 'The chain does not answer: try again.'))
        await page.reload()
        await page.getByRole('alert').getByText('CHAIN_UNREACHABLE').waitFor()
        served.setRefusal(undefined)
        await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
        await rows(page, 'Stake by module').nth(1).waitFor()
      })
    } finally {
      served.setRefusal(undefined)
    }
  })
})
