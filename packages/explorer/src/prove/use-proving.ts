import { useCallback, useEffect, useRef, useState } from 'react'
import type { Proven, ProveOrder, ProveReply, ProveStep } from './prove-worker.ts'

export type Proving =
  | { state: 'idle' }
  | { state: 'running'; step: ProveStep }
  | { state: 'proven'; proven: Proven }
  | { state: 'failed'; code: string; message: string }

/** Proves in a worker, which ends with the proof, with the next one, or with the view. */
export function useProving(): { proving: Proving; prove: (order: ProveOrder) => void } {
  const [proving, setProving] = useState<Proving>({ state: 'idle' })
  const worker = useRef<Worker | null>(null)
  const end = useCallback(() => {
    worker.current?.terminate()
    worker.current = null
  }, [])
  useEffect(() => end, [end])

  const prove = useCallback(
    (order: ProveOrder) => {
      end()
      setProving({ state: 'running', step: 'reading' })
      const started = new Worker(new URL('./prove-worker.ts', import.meta.url), { type: 'module' })
      worker.current = started
      const finish = (result: Proving) => {
        setProving(result)
        end()
      }
      started.onmessage = ({ data }: MessageEvent<ProveReply>) => {
        if (data.kind === 'step') setProving({ state: 'running', step: data.step })
        else if (data.kind === 'proven') finish({ state: 'proven', proven: data.proven })
        else finish({ state: 'failed', code: data.code, message: data.message })
      }
      started.onerror = (event) => finish({ state: 'failed', code: 'PROVING_FAILED', message: event.message })
      started.postMessage(order)
    },
    [end],
  )
  return { proving, prove }
}
