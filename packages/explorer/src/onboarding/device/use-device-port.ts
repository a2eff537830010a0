import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { SerialClient } from './serial-client.ts'
import { choosePort, type OpenPort, openPort, webSerial } from './serial-port.ts'

export interface DevicePort {
  /** Whether this browser has Web Serial. */
  supported: boolean
  /**
   * Runs `work` with the open port; opens it first: the one that the person chose before, or, with `choose` or where there
   * is none, one that is chosen now.
   */
  use<T>(choose: boolean, work: (client: SerialClient) => Promise<T>): Promise<T>
}

/** Keeps the device's port open while the view is. */
export function useDevicePort(): DevicePort {
  const open = useRef<OpenPort | null>(null)
  const close = useCallback(async () => {
    const port = open.current
    open.current = null
    await port?.close()
  }, [])
  useEffect(() => () => void close(), [close])

  const use = useCallback(
    async <T>(choose: boolean, work: (client: SerialClient) => Promise<T>): Promise<T> => {
      const serial = webSerial()!
      if (choose || !open.current?.client.isOpen) {
        const known = choose ? [] : await serial.getPorts()
        const port = known.length === 1 ? known[0]! : await choosePort(serial)
        await close()
        open.current = await openPort(port)
      }
      try {
        return await work(open.current.client)
      } catch (error) {
        // The line may be at fault: the next attempt opens it again.
        await close()
        throw error
      }
    },
    [close],
  )
  return useMemo(() => ({ supported: webSerial() !== undefined, use }), [use])
}
