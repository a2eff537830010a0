import { expect, test } from 'vitest'
import { discoverWallets, type WalletPage } from './discovery.ts'
import type { Eip1193Provider, Wallet } from './eip1193.ts'

const provider = (): Eip1193Provider => ({ request: async () => null })
const info = (name: string, uuid = name) => ({ uuid, name, icon: 'data:image/png;base64,AA==', rdns: `org.${name}` })

/** A wallet that is there, and announces itself to whoever asks. */
function announce(page: EventTarget, detail: unknown): void {
  const event = () => page.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  page.addEventListener('eip6963:requestProvider', event)
  event()
}

const names = (wallets: readonly Wallet[]) => wallets.map((wallet) => wallet.info.name)

function watch(page: WalletPage) {
  const seen: string[][] = []
  let latest: readonly Wallet[] = []
  const stop = discoverWallets(page, (wallets) => {
    latest = wallets
    seen.push(names(wallets))
  })
  return { seen, stop, latest: () => latest }
}

test('wallets that were there before the page, and one that comes later, each once', () => {
  const page: WalletPage = new EventTarget()
  announce(page, { info: info('early'), provider: provider() })
  const { seen, latest, stop } = watch(page)
  expect(latest().map((wallet) => wallet.info.name)).toEqual(['early'])
  announce(page, { info: info('late'), provider: provider() })
  expect(seen.at(-1)).toEqual(['early', 'late'])
  const told = seen.length
  page.dispatchEvent(new Event('eip6963:requestProvider'))
  expect(seen.length).toBe(told)
  stop()
  announce(page, { info: info('after'), provider: provider() })
  expect(seen.at(-1)).toEqual(['early', 'late'])
})

test('two wallets of one name are two', () => {
  const page: WalletPage = new EventTarget()
  for (const uuid of ['1', '2']) announce(page, { info: info('same', uuid), provider: provider() })
  expect(names(watch(page).latest())).toEqual(['same', 'same'])
})

test('window.ethereum stands in until a wallet announces itself', () => {
  const page: WalletPage = Object.assign(new EventTarget(), { ethereum: provider() })
  const { seen } = watch(page)
  expect(seen).toEqual([['Browser wallet']])
  announce(page, { info: info('modern'), provider: provider() })
  expect(seen.at(-1)).toEqual(['modern'])
})

test('no wallet', () => {
  expect(watch(new EventTarget()).seen).toEqual([[]])
})

test.each([
  ['nothing', undefined],
  ['no provider', { info: info('a') }],
  ['a provider that takes no requests', { info: info('a'), provider: {} }],
  ['no uuid', { info: { ...info('a'), uuid: 7 }, provider: provider() }],
])('an announcement of %s is passed over', (_, detail) => {
  const page = new EventTarget()
  announce(page, detail)
  expect(watch(page).latest()).toEqual([])
})

test.each(['https://tracker.example/pixel.png', 'javascript:alert(1)', 'data:text/html,<b>', 7])(
  'an icon that is no picture of its own is not shown: %s',
  (icon) => {
    const page = new EventTarget()
    announce(page, { info: { ...info('a'), icon }, provider: provider() })
    expect(watch(page).latest()[0]!.info.icon).toBe('')
  },
)
