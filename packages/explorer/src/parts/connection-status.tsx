import { useNetwork } from '../api/network.tsx'
import type { Connection } from '../api/network-state.ts'

const LABELS: Record<Connection, string> = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' }

/** Whether the page follows the network, in a word. */
export function ConnectionStatus() {
  const { connection } = useNetwork()
  return (
    <span className="connection" data-connection={connection} role="status">
      <span className="connection-dot" aria-hidden="true" />
      {LABELS[connection]}
    </span>
  )
}
