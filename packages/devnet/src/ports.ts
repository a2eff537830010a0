/**
 * Free ports, so that any number of networks run side by side.
 * @module
 */
import { createServer } from 'node:net'
import { PortInUseError } from '@iotex2/service/service'

/** Returns a port of the loopback interface that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Throws {@link PortInUseError} when somebody listens on `port` of the loopback interface. */
export function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => reject(new PortInUseError('127.0.0.1', port)))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
