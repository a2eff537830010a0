/**
 * Runs every command of docs/ioid.md, in order, on a chain of the testnet's id. What people answer comes from the
 * environment: passwords, and --yes for their consent.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { writeKeystore } from '@iotex2/identity/key-file'
import { fromHex } from '@iotex2/protocol/hex'
import { parseEther } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIdentityChain } from '../../packages/cli/test/identity-chain.ts'
import { type ChainNode, DEVELOPMENT_KEYS } from '../chain-node.ts'
import { runGuide } from './cli.ts'
import { blocks, commands, readDocument } from './documents.ts'

const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-ioid-'))
const guide = readDocument('docs/ioid.md')
let chain: ChainNode
let server: Server | undefined

beforeAll(async () => {
  chain = await startIdentityChain(join(directory, 'addresses.json'), 10n ** 18n, { chainId: 4690 })
})
afterAll(async () => {
  server?.close()
  await chain?.stop()
  rmSync(directory, { recursive: true })
})

test('every command succeeds, one after the other', { timeout: 180_000 }, async () => {
  const env = { IOTEX2_PASSWORD: 'a password', IOTEX2_DEVICE_PASSWORD: 'a password', IOTEX_TESTNET_RPC_URL: chain.url }
  const run = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await runGuide(directory, command, env)
    expect(code, `${command}\n${stderr}`).toBe(0)
    return stdout
  }
  /** Makes a funded owner: the faucet's part. */
  const fund = async (keystore: string): Promise<string> => {
    const address = `0x${JSON.parse(readFileSync(join(directory, keystore), 'utf8')).address}`
    await chain.rpc('hardhat_setBalance', [address, `0x${parseEther('100').toString(16)}`])
    return address
  }
  await run('pnpm iotex2 ioid keygen new-owner.json')
  const newOwner = await fund('new-owner.json')

  // Governance is whoever deployed, and the laboratory has its DID on chain and a web server.
  const governance = new DeviceKey(fromHex(DEVELOPMENT_KEYS[0]))
  await writeKeystore(join(directory, 'governance.json'), governance, env.IOTEX2_PASSWORD, { randomBytes })
  let labAddress = ''
  const registerLab = async () => {
    await run('pnpm iotex2 ioid keygen lab.json')
    labAddress = await fund('lab.json')
    await run('pnpm iotex2 ioid did lab.json --document lab.did.json')
    const [paying] = /--network .*owner\.json/.exec(guide)!
    await run(
      `pnpm iotex2 ioid register lab.json --project 1 --document lab.did.json --store documents ${paying} --yes`,
    )
  }
  writeFileSync(join(directory, 'claims.json'), blocks(guide, 'json')[0]!)
  server = createServer((_, response) => response.end(readFileSync(join(directory, 'status.jwt'))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const lists = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  let did = ''
  const said: Record<string, string> = {}
  for (const command of commands(readDocument('docs/ioid.md')).filter((line) => line.startsWith('pnpm iotex2 '))) {
    if (command.startsWith('pnpm iotex2 vc admit')) await registerLab()
    const yes = /--keystore|--anchor/.test(command) ? ' --yes' : ''
    const [, , group, verb] = command.split(' ')
    // The server of the laboratory is this computer.
    const local = verb === 'verify' ? ' --allow-local' : ''
    const own = command
      .replace(/\bDID\b/, did)
      .replace('LAB_DID', `did:io:${labAddress}`)
      .replace('LAB_ADDRESS', labAddress)
      .replace('INDEX', () => /as index (\d+)/.exec(said['vc issue']!)![1]!)
      .replace(/\bADDRESS\b/, newOwner)
      .replace('https://lab.example/', lists)
    const printed = await run(`${own}${yes}${local}`)
    said[`${group} ${verb}`] = printed
    if (command.endsWith('keygen owner.json')) await fund('owner.json')
    if (verb === 'did') did = printed.split('\n')[0]!
  }
  const again = `pnpm iotex2 vc verify calibration.jwt --store documents --deployment addresses.json --network iotexTestnet`
  const revoked = await runGuide(directory, `${again} --allow-local`, env)
  expect(revoked.code).toBe(1)
  expect(revoked.stdout).toMatch(/DOES NOT HOLD: CREDENTIAL_REVOKED/)
  expect(said['ioid register']).toContain(`${did} is ioID 1 of project 1`)
  expect(JSON.parse(said['ioid resolve']!)).toMatchObject({ id: did })
  expect(said['ioid list']!.split('\n')).toHaveLength(2)
  expect(said['vc obtain']).toMatch(/^ioID 1 obtained it, and 2\.0 IOTX were burnt\nit holds it now\n$/)
  expect(said['vc verify']).toMatch(/^calibration\.jwt: holds, by did:io:.*\nlooked at: .*holding\n/)
  expect(said['vc revoke']).toMatch(/anchored as version 2 of list 1/)
  expect(said['ioid transfer']!.toLowerCase()).toContain(newOwner)
  expect(said['ioid remove']).toBe(`${did} is not registered\n`)
})
