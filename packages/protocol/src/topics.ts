/**
 * MQTT topics. A device publishes requests and hears what became of them; only the gateway writes acknowledgements.
 * @module
 */
import { type Hex, isHex } from './hex.ts'

export const taskTopic = (projectId: bigint, device: Hex): string => `iotex/v1/${projectId}/${device}/task`

export const acknowledgementTopic = (projectId: bigint, device: Hex): string => `iotex/v1/${projectId}/${device}/ack`

/** Every device's requests. Gateways share it: each message goes to one of them. */
export const TASK_TOPIC_FILTER = 'iotex/v1/+/+/task'
export const SHARED_TASK_TOPIC_FILTER = `$share/gateway/${TASK_TOPIC_FILTER}`

/** Returns whose requests a topic carries, or undefined for any other topic. */
export function parseTaskTopic(topic: string): { projectId: bigint; device: Hex } | undefined {
  const match = /^iotex\/v1\/(\d{1,19})\/(0x[0-9a-f]{40})\/task$/.exec(topic)
  const device = match?.[2]
  return device !== undefined && isHex(device, 20) ? { projectId: BigInt(match![1]!), device } : undefined
}
