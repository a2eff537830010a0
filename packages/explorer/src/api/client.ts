/**
 * Reads the coordinator's explorer API, which serves this page too.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { DeviceList, Fleet, Stats, TaskDetail, TaskPage } from './types.ts'

/** Thrown when the API does not answer as it should. `status` is 0 where nothing answered. */
export class ApiError extends CodedError {
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(code, message)
    this.status = status
  }
}

/** Requests that take longer than this have failed. */
const TIMEOUT_MS = 15_000

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => ask(path, {}, signal)

export const put = <T>(path: string, type: string, body: Uint8Array): Promise<T> =>
  ask(path, { method: 'PUT', headers: { 'content-type': type }, body: Uint8Array.from(body) })

async function ask<T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'COORDINATOR_UNREACHABLE', 'Nothing answers at this address. Is the coordinator running?')
  }
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) {
    const { code, message } = (body ?? {}) as { code?: string; message?: string }
    throw new ApiError(response.status, code ?? 'API_FAILED', message ?? `The coordinator answered ${response.status}.`)
  }
  if (body === null) throw new ApiError(response.status, 'API_MALFORMED', 'The coordinator answered with no JSON.')
  return body as T
}

/** Tasks a page. */
const PAGE = 50

export const getStats = (signal?: AbortSignal): Promise<Stats> => get('/v1/stats', signal)
export const getFleet = (signal?: AbortSignal): Promise<Fleet> => get('/v1/fleet', signal)
export const getDevices = (signal?: AbortSignal): Promise<DeviceList> => get('/v1/devices', signal)
export const getTask = (id: string, signal?: AbortSignal): Promise<TaskDetail> =>
  get(`/v1/tasks/${encodeURIComponent(id)}`, signal)
export const getTasks = (before: string | null, signal?: AbortSignal): Promise<TaskPage> =>
  get(`/v1/tasks?limit=${PAGE}${before === null ? '' : `&before=${encodeURIComponent(before)}`}`, signal)
