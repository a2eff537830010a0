/**
 * Clicks through every view of a served explorer as a visitor would. Works against any server of the explorer's API
 * that has at least one prover, one device and one settled batch.
 * @module
 */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** How long a view may take to show what it should. */
const DEADLINE_MS = 15_000

export interface ClickThroughOptions {
  /** Called when a view is shown and checked; a place for screenshots. */
  onView?: (name: string) => Promise<void>
}

/** Fails on a missing element, a console error, a failed request, or content wider than the screen. */
export async function clickThrough(page: Page, baseUrl: string, { onView }: ClickThroughOptions = {}): Promise<void> {
  const problems: string[] = []
  const onConsole = (message: { type(): string; text(): string }) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  }
  const onPageError = (error: Error) => problems.push(String(error))
  page.on('console', onConsole)
  page.on('pageerror', onPageError)
  page.setDefaultTimeout(DEADLINE_MS)

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
  const rows = (table: string | RegExp) => page.getByRole('table', { name: table }).getByRole('row')
  const visit = async (name: string) => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click()
    await heading(name)
    await expect.poll(() => page.title()).toContain(name)
    // Focus follows, so that a reader by ear hears the new view.
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('MAIN')
  }
  const checked = async (name: string) => {
    const [content, screen] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )
    expect(content, `${name} is wider than the screen`).toBeLessThanOrEqual(screen)
    await onView?.(name)
  }

  await page.goto(`${baseUrl}/`)
  await heading('Overview')
  await page.getByText('Live', { exact: true }).waitFor()
  for (const name of ['Devices', 'Readings accepted', 'Batches settled', 'Rewards paid', 'Reading to reward'])
    await page.locator('.headline dt', { hasText: name }).waitFor()
  expect(await page.locator('.flow > li').count()).toBe(7)
  await page.locator('.recharts-area-curve').waitFor()
  await page.locator('.recharts-bar-rectangle').first().waitFor()
  await checked('overview')

  await visit('Fleet')
  expect(await rows('Provers of the fleet').count()).toBeGreaterThan(1)
  await page
    .getByText(/^(Idle|Busy|Offline)$/)
    .first()
    .waitFor()
  await checked('fleet')

  await visit('Tasks')
  await rows(/^Tasks, latest first/)
    .nth(1)
    .waitFor()
  await checked('tasks')
  await page
    .getByRole('navigation', { name: 'Filter by state' })
    .getByRole('link', { name: /settled/i })
    .click()
  const settled = rows('Tasks that are settled')
  await settled.nth(1).waitFor()
  expect(page.url()).toContain('#/tasks?state=settled')
  await settled.nth(1).getByRole('rowheader').getByRole('link').click()

  await heading('Task')
  await page.getByText('Settled on chain').waitFor()
  await page.getByText('Checked in this browser').waitFor()
  await rows('What the proof says of each device').nth(1).waitFor()
  const inclusion = rows('Readings of the batch').nth(1).getByText('Included')
  await inclusion.click()
  await page.getByText('Sibling 4').first().waitFor()
  await checked('task')
  // The address alone leads back here.
  await page.reload()
  await page.getByText('Checked in this browser').waitFor()

  await visit('Stake')
  await rows('Stake by asset').nth(1).waitFor()
  await rows('Stake by module').nth(1).waitFor()
  await rows('Stake by validator and basket').nth(1).waitFor()
  await checked('stake')

  await visit('Prove')
  await page.getByRole('button', { name: 'Prove' }).waitFor()
  // What threads need to share memory: the server's headers.
  expect(await page.evaluate('crossOriginIsolated')).toBe(true)
  await checked('prove')

  await visit('Devices')
  await rows('Devices').nth(1).waitFor()
  await checked('devices')
  const search = page.getByRole('searchbox', { name: 'Find a device' })
  await search.fill('no such device')
  await page.getByText('No device matches').waitFor()
  await search.fill('did:io:')
  await rows('Devices').nth(1).getByRole('rowheader').getByRole('link').click()
  await heading(/^Device #/)
  await page.getByText('Account (ERC-6551)').waitFor()
  await checked('device')

  await page.goto(`${baseUrl}/#/nowhere`)
  await heading('No such page')
  await checked('unknown')
  await page.getByRole('link', { name: 'Go to the overview' }).click()
  await heading('Overview')

  page.off('console', onConsole)
  page.off('pageerror', onPageError)
  expect(problems, 'the console stays empty').toEqual([])
}
