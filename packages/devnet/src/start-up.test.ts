/**
 * What keeps a network from starting is one line that says what to do.
 */
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { requireSpace } from './disk.ts'
import { freePort, requireFreePort } from './ports.ts'

test('a port in use', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await expect(requireFreePort(port)).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringMatching(new RegExp(`^Port ${port} [^\\n]*$`)),
  })
  await new Promise((resolve) => server.close(resolve))
  await requireFreePort(port)
})

test('a free port is free', async () => {
  await requireFreePort(await freePort())
})

test('no disk', () => {
  requireSpace(tmpdir(), 0)
  expect(() => requireSpace(tmpdir(), 2 ** 50)).toThrow(
    expect.objectContaining({ code: 'DISK_FULL', message: expect.stringMatching(/^Only \d+ MiB [^\n]*$/) }),
  )
})
