/**
 * Computes every value of docs/serial-protocol.md again, and runs its command.
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { freePort } from '@iotex2/devnet/ports'
import { toHex } from '@iotex2/protocol/hex'
import { encodeFrame, FrameDecoder, MAXIMUM_ENCODED_BYTES, MAXIMUM_MESSAGE_BYTES } from '@iotex2/protocol/serial/frame'
import { DOCUMENT_PART_BYTES, possessionHash, SERIAL_BAUD_RATE, SERIAL_ERROR } from '@iotex2/protocol/serial/messages'
import { keccak256, toUtf8Bytes } from 'ethers'
import { expect, test } from 'vitest'
import vectors from '../vectors/serial-protocol.json' with { type: 'json' }
import { runGuide } from './cli.ts'
import { blocks, commands, readDocument } from './documents.ts'

const document = readDocument('docs/serial-protocol.md')
const [, request, reply, possession] = blocks(document, 'text') as [string, string, string, string]

test('the frames are those of the vectors, and of the codec', () => {
  const [exchange] = vectors.exchanges.filter(({ method }) => method === 'did.get')
  expect(request.split('\n')).toEqual([exchange!.request, exchange!.requestFrame.slice(2)])
  expect(reply.split('\n')).toEqual([exchange!.reply, exchange!.replyFrame.slice(2)])
  for (const { request: text, requestFrame, reply: answer, replyFrame } of vectors.exchanges) {
    expect(toHex(encodeFrame(Buffer.from(text)))).toBe(requestFrame)
    expect(toHex(encodeFrame(Buffer.from(answer)))).toBe(replyFrame)
  }
})

test('the proof of possession is as it says, by ethers too', () => {
  const { did, audience, challenge, hash } = vectors.possession
  expect(possession).toBe(`ioID possession\n${did}\n${audience}\n${challenge}`)
  expect(document).toContain(`\`${hash}\``)
  expect(keccak256(toUtf8Bytes(possession))).toBe(hash)
  expect(toHex(possessionHash(did, { audience, challenge: challenge as `0x${string}` }))).toBe(hash)
})

test('limits, methods and errors are the code’s', () => {
  for (const limit of [MAXIMUM_MESSAGE_BYTES, MAXIMUM_ENCODED_BYTES, DOCUMENT_PART_BYTES, SERIAL_BAUD_RATE])
    expect(document).toMatch(new RegExp(`\\b${limit}\\b`))
  for (const { method, params } of vectors.exchanges) {
    expect(document).toContain(`\`${method}\``)
    for (const name of Object.keys(params)) expect(document, `${method} ${name}`).toContain(`\`${name}\``)
  }
  const listed = [...document.matchAll(/^\| (-\d+) \| `(\w+)`/gm)].map(([, code, name]) => [name, Number(code)])
  expect(Object.fromEntries(listed)).toEqual(SERIAL_ERROR)
})

test('the simulator of the last section answers', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-guide-serial-'))
  try {
    const [command] = commands(document).filter((line) => line.startsWith('pnpm node '))
    const keygen = commands(document).find((line) => line.startsWith('pnpm iotex2 '))!
    expect(await runGuide(directory, keygen, { IOTEX2_PASSWORD: 'a password' })).toMatchObject({ code: 0 })
    writeFileSync(join(directory, 'device.password'), 'a password\n')
    const [config] = blocks(document, 'json').map((text) => JSON.parse(text) as { profile: string })
    config!.profile = join(ROOT, config!.profile)
    writeFileSync(join(directory, 'simulator.json'), JSON.stringify(config))

    const port = await freePort()
    const [script, ...args] = command!.replace('7001', String(port)).split(' ').slice(2)
    const child = spawn(process.execPath, [join(ROOT, script!), ...args], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const ended = once(child, 'exit')
    try {
      const [started] = (await once(child, 'message')) as [{ serialPorts: number[] }]
      expect(started.serialPorts).toEqual([port])
      const line = connect(port, '127.0.0.1')
      line.write(Buffer.from(request.split('\n')[1]!, 'hex'))
      const decoder = new FrameDecoder()
      const heard: Uint8Array[] = []
      for await (const bytes of line) {
        for (const frame of decoder.push(bytes as Buffer)) if ('message' in frame) heard.push(frame.message)
        if (heard.length > 0) break
      }
      expect(JSON.parse(Buffer.from(heard[0]!).toString())).toMatchObject({
        id: 1,
        result: { did: expect.stringMatching(/^did:io:0x[0-9a-f]{40}$/) },
      })
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})
