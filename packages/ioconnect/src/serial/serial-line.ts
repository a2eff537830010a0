/**
 * A serial line of which a TCP port of the loopback interface is the plug: what a UART is to a chip, for a simulated
 * device. `socat` makes a terminal of it.
 * @module
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { encodeFrame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import { encodeSerialFault } from '@iotex2/protocol/serial/messages'
import type { SerialDevice } from './serial-device.ts'

export interface SerialLine {
  port: number
  close(): Promise<void>
}

/**
 * Listens on `port`, or on a free one for 0. A line has one plug: a new one pulls the former, whose end may be seen late or
 * never.
 */
export async function openSerialLine(device: SerialDevice, port: number): Promise<SerialLine> {
  let plugged: Socket | undefined
  const server = createServer((socket) => {
    plugged?.destroy()
    plugged = socket
    socket.once('close', () => {
      if (plugged === socket) plugged = undefined
    })
    socket.setNoDelay(true)
    serve(socket, device)
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

/** Answers each frame in its turn. Noise is answered too, so that the host need not wait before it asks again. */
function serve(socket: Socket, device: SerialDevice): void {
  const decoder = new FrameDecoder()
  let turn = Promise.resolve()
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    for (const frame of decoder.push(bytes))
      turn = turn.then(async () => {
        const reply =
          'message' in frame
            ? await device.answer(frame.message)
            : encodeSerialFault(null, 'PARSE_ERROR', `The frame was not understood: ${frame.fault}.`)
        if (!socket.destroyed) socket.write(encodeFrame(reply))
      })
  })
}
