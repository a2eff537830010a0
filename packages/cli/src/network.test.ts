import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deploymentBlock } from './network.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-network-'))
})
afterAll(() => rm(directory, { recursive: true }))

test("the deployment's block is the first that Ignition's journal confirms, and 0 without a journal", async () => {
  const book = join(directory, 'deployed_addresses.json')
  expect(await deploymentBlock(book)).toBe(0)
  const confirm = (blockNumber: number) =>
    JSON.stringify({
      futureId: 'A#B',
      receipt: { blockHash: '0x12', blockNumber, logs: [] },
      type: 'TRANSACTION_CONFIRM',
    })
  await writeFile(
    join(directory, 'journal.jsonl'),
    `\n${JSON.stringify({ type: 'DEPLOYMENT_INITIALIZE' })}\n${confirm(71)}\n${confirm(70)}\n`,
  )
  expect(await deploymentBlock(book)).toBe(70)
})
