/**
 * A serial line of which a TCP port of the loopback interface is the plug: what a UART is to a chip, for a simulated
 * device. `socat` makes a terminal of it.
 * @module
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Device } from '../device.ts'

export interface SerialLine {
  port: number
  close(): Promise<void>
}

/**
 * Listens on `port`, or on a free one for 0. A line has one plug: a new one pulls the former, whose end may be seen late or
 * never.
 */
export async function openSerialLine(device: Pick<Device, 'read'>, port: number): Promise<SerialLine> {
  let plugged: Socket | undefined
  const server = createServer((socket) => {
    plugged?.destroy()
    plugged = socket
    socket.once('close', () => {
      if (plugged === socket) plugged = undefined
    })
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      const answer = device.read(bytes)
      if (!socket.destroyed && answer.length > 0) socket.write(answer)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      plugged?.destroy()
      await closed
    },
  }
}
