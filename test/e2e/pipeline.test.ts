/**
 * From a device's reading to its owner's reward: every process real, each killed at a random moment.
 * @module
 */
import { connectIoID } from '@iotex2/chain/contracts/IoID'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectRewardToken } from '@iotex2/chain/contracts/RewardToken'
import { connectW3bstreamDebits } from '@iotex2/chain/contracts/W3bstreamDebits'
import { developmentAddress } from '@iotex2/devnet/accounts'
import { startDevices } from '@iotex2/devnet/devices'
import type { Devnet } from '@iotex2/devnet/devnet'
import { rewardSupply } from '@iotex2/devnet/ledger'
import { firstReward, gatewayCounters, networkStats, readLedger, until } from '@iotex2/devnet/observe'
import { generateKey } from '@iotex2/identity/key'
import { readKeyFile } from '@iotex2/identity/key-file'
import { toHex } from '@iotex2/protocol/hex'
import { signingHash, signingText } from '@iotex2/protocol/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumMissing, launchChromium } from '../explorer/chromium.ts'
import { clickThrough } from '../explorer/click-through.ts'
import { startNetwork } from './network.ts'
import { seededRandom } from './random.ts'

const IOTX = 10n ** 18n
/** Each prover's first, which is all the fleet's. */
const BASKET = 1
let devnet: Devnet

beforeAll(async () => {
  devnet = await startNetwork()
  await startDevices(devnet, { intervalMs: 1_000 })
}, 300_000)

afterAll(() => devnet?.stop())

test('a reading earns a reward on the account of the device that sent it', async () => {
  await until('the first reward', 120_000, () => firstReward(devnet))
  const { provider, deployment, devices } = devnet
  const ioID = connectIoID(deployment.address('ioID'), provider)
  const token = connectRewardToken(deployment.addressOf('Rewards#RewardToken'), provider)
  const balances = await until('a reward for every device', 60_000, async () => {
    const all = await Promise.all(devices.map(({ account }) => token.balanceOf(account)))
    return all.every((balance) => balance > 0n) ? all : undefined
  })
  expect(balances).toHaveLength(4)
  for (const { ioid, account, did, owner } of devices) {
    const [wallet, onChainDid] = await ioID['wallet(uint256)'](ioid)
    expect(wallet.toLowerCase()).toBe(account)
    expect(onChainDid).toBe(did)
    expect(owner).toBe(developmentAddress('projectOwner').toLowerCase())
  }
})

describe('bad input gets a clear refusal with a stable code', () => {
  const post = async (body: string, path = '/v1/task') => {
    const response = await fetch(devnet.gatewayUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return { status: response.status, ...((await response.json()) as { code?: string; taskID?: string }) }
  }
  /** A nonce that no device of the simulator reaches. */
  const NONCE = 1n << 40n
  const payload = (change: object = {}) => ({
    time: Date.now(),
    ...Object.fromEntries(devnet.profile.fields.map(({ name, minimum }) => [name, minimum])),
    ...change,
  })
  const signed = async (
    key: { sign(digest: Uint8Array): Uint8Array },
    nonce: bigint,
    content: object,
    projectId = devnet.projectId,
  ) => {
    const text = signingText(nonce, String(projectId), undefined, JSON.stringify(content))
    const signature = toHex(key.sign(signingHash(text, content)))
    return text.replace(/\}$/, `,"signature":"${signature}"}`)
  }
  const device = () => readKeyFile(devnet.devices[0]!.keyFile)

  test('malformed JSON, an oversized body, an unknown route', async () => {
    expect(await post('{')).toMatchObject({ status: 400, code: 'REQUEST_MALFORMED' })
    expect(await post(`{"nonce":${'1'.repeat(70_000)}}`)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    expect(await post('{}', '/v2/task')).toMatchObject({ status: 404, code: 'ROUTE_UNKNOWN' })
  })
  test('an unregistered device, a signature over other content, an unknown project', async () => {
    const random = seededRandom('stranger')
    const stranger = generateKey((length) => Uint8Array.from({ length }, () => random.integer(256)))
    expect(await post(await signed(stranger, NONCE, payload()))).toMatchObject({
      status: 403,
      code: 'DEVICE_NOT_PERMITTED',
    })
    const tampered = (await signed(await device(), NONCE, payload())).replace(
      `"nonce":${NONCE}`,
      `"nonce":${NONCE + 1n}`,
    )
    expect(await post(tampered)).toMatchObject({ status: 403, code: 'DEVICE_NOT_PERMITTED' })
    expect(await post(await signed(await device(), NONCE, payload(), 999n))).toMatchObject({
      status: 404,
      code: 'PROJECT_UNKNOWN',
    })
  })
  test('a reading out of range; a nonce used for other content; the same content again', async () => {
    const [field] = devnet.profile.fields
    const excessive = payload({ [field!.name]: field!.maximum + 1 })
    expect(await post(await signed(await device(), NONCE, excessive))).toMatchObject({
      status: 422,
      code: 'READING_OUT_OF_RANGE',
    })
    const body = await signed(await device(), NONCE, payload())
    const first = await post(body)
    expect(first.status).toBe(200)
    expect(await post(body)).toEqual(first)
    expect(await post(await signed(await device(), NONCE, payload({ time: 1 })))).toMatchObject({
      status: 409,
      code: 'NONCE_REUSED',
    })
  })
  test('refusals are counted', async () => {
    const { rejected } = await until('counters', 10_000, async () => {
      const counters = await gatewayCounters(devnet)
      return counters.rejected.NONCE_REUSED === undefined ? undefined : counters
    })
    expect(rejected).toMatchObject({
      REQUEST_MALFORMED: 1,
      DEVICE_NOT_PERMITTED: 2,
      PROJECT_UNKNOWN: 1,
      READING_OUT_OF_RANGE: 1,
    })
  })
})

test.skipIf(chromiumMissing)(
  `the explorer shows the running network${chromiumMissing ? ` (${chromiumMissing})` : ''}`,
  async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await clickThrough(page, devnet.explorerUrl)
      // The onboarding portal knows the network; this browser has no wallet.
      await page.goto(`${devnet.explorerUrl}/#/onboard`)
      await page.getByText('No wallet is in this browser.').waitFor()
    } finally {
      await browser.close()
    }
  },
)

test('kill -9 of any service at any moment: nothing acknowledged is lost, nothing settled or paid twice', async () => {
  const random = seededRandom(process.env.SEED ?? 'kill')
  for (const name of random.shuffle([
    'gateway',
    'coordinator-1',
    'coordinator-2',
    'prover-1',
    'prover-2',
    'data-availability',
  ])) {
    const { settled } = await networkStats(devnet)
    // Somewhere in the life of a batch: batches are cut every two seconds.
    await new Promise((resolve) => setTimeout(resolve, random.integer(2_000)))
    const victim = devnet.process(name)
    victim.kill('SIGKILL')
    await victim.exited
    await devnet.restart(name)
    await until(`a settlement after the end of ${name}`, 120_000, async () =>
      (await networkStats(devnet)).settled > settled ? true : undefined,
    )
  }
  await devnet.process('devices').stop()
  const ledger = await until('settlement of every acknowledged reading', 150_000, async () => {
    const found = await readLedger(devnet)
    return found.lost === 0 ? found : undefined
  })
  expect(ledger.duplicated).toBe(0)
  expect(ledger.readingsSettled).toBeGreaterThan(50)
  expect(await rewardSupply(devnet.provider, devnet.deployment)).toBe(ledger.rewardsWei)
  // One IOTX token a reading, but for those above the profile's rate.
  expect(ledger.rewardsWei).toBe(BigInt(ledger.readingsSettled - ledger.readingsUnrewarded) * IOTX)
  await expectFeesConserved(ledger.settled)
}, 600_000)

/** What the project deposited = what it still has + one fee for each settled task. */
async function expectFeesConserved(settled: number): Promise<void> {
  const { provider, deployment } = devnet
  const debits = connectW3bstreamDebits(deployment.address('debits'), provider)
  const [token, owner] = [deployment.address('wrappedIotx'), developmentAddress('projectOwner')]
  expect(await debits.withholdingOf(token, owner)).toBe(0n)
  expect(500n * IOTX - (await debits.balanceOf(token, owner))).toBe((BigInt(settled) * IOTX) / 10n)
  // What was staked behind provers stands there, or was slashed and is governance's to collect.
  const vault = connectNativeVault(deployment.address('nativeVault'), provider)
  const stakes = await Promise.all(devnet.provers.map(({ device }) => vault.slashableNow(device, BASKET)))
  const slashed = await vault.collectable(developmentAddress('governance'))
  expect(stakes.reduce((sum, stake) => sum + stake, slashed)).toBe(200n * IOTX)
}
