/**
 * Web Serial: a port that the person chose, opened for the serial protocol.
 * @module
 */
import { SERIAL_BAUD_RATE } from '@iotex2/protocol/serial/messages'
import { PortalError } from '../errors.ts'
import { SerialClient, type SerialStreams } from './serial-client.ts'

/** The part of Web Serial (WICG) that is used here. */
export interface WebSerialPort {
  readonly readable: ReadableStream<Uint8Array> | null
  readonly writable: WritableStream<Uint8Array> | null
  open(options: { baudRate: number }): Promise<void>
  close(): Promise<void>
}

export interface WebSerial {
  requestPort(): Promise<WebSerialPort>
  getPorts(): Promise<WebSerialPort[]>
}

export interface OpenPort {
  client: SerialClient
  close(): Promise<void>
}

/** Returns the browser's Web Serial, or undefined: Chrome, Edge and Opera on a computer have it. */
export const webSerial = (): WebSerial | undefined => (navigator as { serial?: WebSerial }).serial

/** Lets the person choose a port. Throws {@link PortalError} SERIAL_NOT_CHOSEN. */
export async function choosePort(serial: WebSerial): Promise<WebSerialPort> {
  try {
    return await serial.requestPort()
  } catch (cause) {
    throw new PortalError('SERIAL_NOT_CHOSEN', 'No serial port was chosen.', { cause })
  }
}

/** Throws {@link PortalError} SERIAL_PORT_BUSY where something else has it, or it is gone. */
export async function openPort(port: WebSerialPort): Promise<OpenPort> {
  try {
    // Open already where an earlier reading of this page was cut short.
    if (!isOpen(port)) await port.open({ baudRate: SERIAL_BAUD_RATE })
  } catch (cause) {
    throw new PortalError('SERIAL_PORT_BUSY', 'The serial port could not be opened.', { cause })
  }
  if (!isOpen(port) || port.readable?.locked)
    throw new PortalError('SERIAL_PORT_BUSY', 'The serial port is in use by this page already.')
  const client = new SerialClient(port)
  return {
    client,
    close: async () => {
      await client.close()
      // A port whose device is gone is closed already.
      await port.close().catch(() => undefined)
    },
  }
}

const isOpen = (port: WebSerialPort): port is WebSerialPort & SerialStreams =>
  port.readable !== null && port.writable !== null
