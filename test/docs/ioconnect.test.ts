/**
 * Builds and runs the program of docs/ioconnect.md as it says, and compares its table of sizes with the snapshot.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { documentHash, parseDocument, verifyDocument } from '@iotex2/identity/document'
import { importPublicKey } from '@iotex2/identity/jose/jwk'
import { verifySignature } from '@iotex2/identity/jose/signature'
import { parseSimulatorConfig } from '@iotex2/ioconnect/config'
import { parseTaskRequest, signingText } from '@iotex2/protocol/wire'
import { expect, test } from 'vitest'
import { skipReason } from '../../packages/ioconnect/c/test/toolchain.ts'
import { BARS, verdict } from '../../scripts/snapshots/chip.ts'
import chip from '../../snapshots/ioconnect/chip.json' with { type: 'json' }
import size from '../../snapshots/ioconnect/size.json' with { type: 'json' }
import { blocks, commands, readDocument } from './documents.ts'

const document = readDocument('docs/ioconnect.md')

test.skipIf(skipReason('the program of docs/ioconnect.md'))('the first message', () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-core-'))
  try {
    writeFileSync(join(directory, 'hello.c'), blocks(document, 'c')[0]!)
    const [command] = commands(document).filter((line) => line.startsWith('gcc '))
    const local = command!.replaceAll('packages/', `${ROOT}/packages/`)
    execFileSync('sh', ['-c', `${local} -Wall -Wextra -Werror`], { cwd: directory })
    const output = execFileSync(join(directory, 'hello'), { encoding: 'utf8' }).trim().split('\n')
    const [didDocument, request, packed] = output as [string, string, string]
    const bytes = Buffer.from(didDocument)
    const { verificationMethod } = verifyDocument(bytes, documentHash(bytes), parseDocument(bytes).id)
    const { nonce, payloadText, signature } = parseTaskRequest(request)
    const signed = Buffer.from(signingText(nonce, '1', undefined, payloadText))
    expect(verifySignature('ES256', importPublicKey(verificationMethod[0]!.publicKeyJwk), signed, signature)).toBe(true)
    expect(JSON.parse(packed)).toHaveProperty('recipients.0.header.kid', 'did:example:owner#key-2')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('the simulator’s configuration is one', () => {
  const [config] = blocks(document, 'json')
  expect(parseSimulatorConfig(JSON.parse(config!)).fleet?.count).toBe(1000)
})

test('the sizes are the snapshot’s', () => {
  const listed = [...document.matchAll(/^\| (\w+).*\| (\d+) +\|$/gm)].map(([, name, bytes]) => [name, Number(bytes)])
  const { parts, sender, all, statusTexts, circuits } = size
  const measured = Object.entries({ ...parts, sender, all, statusTexts, circuits }).map(([name, { textBytes }]) => [
    name,
    textBytes,
  ])
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(measured))
  for (const { staticRamBytes } of [...Object.values(parts), sender, all, circuits]) expect(staticRamBytes).toBe(0)
})

test('what a chip pays is the snapshot’s', () => {
  const rows = [...document.matchAll(/^\| .*, (?:bytes|instructions) +\| ([\d,]+) +\| ([\d,]*) +\|$/gm)]
  const listed = rows.map(([, ...figures]) => figures.map((figure) => Number(figure!.replaceAll(',', ''))))
  const { rv32imc, cortexM3 } = chip
  expect(listed).toEqual([
    [rv32imc.textBytes, cortexM3.textBytes],
    [rv32imc.staticRamBytes, cortexM3.staticRamBytes],
    [rv32imc.signInstructions, 0],
    [rv32imc.authcryptInstructions, 0],
    [rv32imc.circuitInstructions, 0],
  ])
})

test('the bars are met or missed as it says', () => {
  const listed = [...document.matchAll(/^\| .* \| ([\d,]+) +\| (met|missed) +\|$/gm)].map(([, bar, is]) => [
    Number(bar!.replaceAll(',', '')),
    is,
  ])
  const { textBytes, staticRamBytes, signInstructions, authcryptInstructions } = chip.rv32imc
  const figures: Record<keyof typeof BARS, number> = {
    rv32TextBytes: textBytes,
    rv32OwnTextBytes: size.all.textBytes,
    rv32StaticRamBytes: staticRamBytes,
    signInstructions,
    authcryptInstructions,
  }
  expect(listed).toEqual(
    Object.entries(BARS).map(([name, bar]) => [bar, verdict(figures[name as keyof typeof BARS], bar)]),
  )
})
