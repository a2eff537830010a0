import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Facts } from '../parts/facts.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import type { Proven, ProveStep } from '../prove/prove-worker.ts'
import { type Proving, useProving } from '../prove/use-proving.ts'

const STEPS: Record<ProveStep, string> = {
  reading: 'Reading the proving key',
  witness: 'Computing the witness',
  proof: 'Proving',
  verification: 'Verifying the proof',
}

const EXAMPLE = '{ "start": "1", "end": "2" }'

/** Proves any circuit of circom's with snarkjs's files, on this device: nothing is sent anywhere. */
export function ProveView() {
  const { proving, prove } = useProving()
  const [zkey, setZkey] = useState<File | null>(null)
  const [program, setProgram] = useState<File | null>(null)
  const [input, setInput] = useState('')
  const running = proving.state === 'running'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (zkey !== null && program !== null) prove({ zkey, program, input })
  }
  return (
    <>
      <PageHeading title="Prove">
        A Groth16 proof made in this browser: the key, the program and the input stay on this device
      </PageHeading>
      <section className="panel" aria-label="What to prove">
        <form className="prove-form" onSubmit={submit}>
          <FileField label="Proving key" accept=".zkey" onFile={setZkey} />
          <FileField label="Witness program" accept=".wasm" onFile={setProgram} />
          <label>
            <span>Input, JSON by signal</span>
            <textarea
              rows={6}
              spellCheck={false}
              placeholder={EXAMPLE}
              value={input}
              onChange={(event) => setInput(event.target.value)}
            />
          </label>
          <button type="submit" className="button" disabled={running || zkey === null || program === null}>
            Prove
          </button>
        </form>
      </section>
      <Progress proving={proving} />
      {proving.state === 'proven' && <ProofPanel proven={proving.proven} />}
    </>
  )
}

function FileField({ label, accept, onFile }: { label: string; accept: string; onFile: (file: File | null) => void }) {
  return (
    <label>
      <span>
        {label} <code>{accept}</code>
      </span>
      <input type="file" accept={accept} onChange={(event) => onFile(event.target.files?.[0] ?? null)} />
    </label>
  )
}

function Progress({ proving }: { proving: Proving }) {
  if (proving.state === 'running')
    return (
      <p className="banner" role="status">
        <span>{STEPS[proving.step]}…</span> <FrameCounter />
      </p>
    )
  if (proving.state === 'failed')
    return (
      <div className="banner banner-bad" role="alert">
        <p>
          {proving.message} <code>{proving.code}</code>
        </p>
      </div>
    )
  return null
}

/** Counts the frames that the page draws meanwhile: it stands still where the page would. */
function FrameCounter() {
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    let frames = 0
    let request = requestAnimationFrame(function draw() {
      frames++
      if (place.current !== null) place.current.textContent = `${frames} frames drawn meanwhile`
      request = requestAnimationFrame(draw)
    })
    return () => cancelAnimationFrame(request)
  }, [])
  return <span ref={place} className="frames" aria-hidden="true" />
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

function ProofPanel({ proven: { proof, publicSignals, verified, threads, ms } }: { proven: Proven }) {
  return (
    <section className="panel" aria-label="Proof">
      <div className="panel-heading">
        <h2>Proof</h2>
        <p>
          {verified ? (
            <span className="badge" data-tone="good">
              Verified in this browser
            </span>
          ) : (
            <span className="badge" data-tone="bad">
              Does not verify
            </span>
          )}
        </p>
      </div>
      <Facts
        facts={[
          ['Witness', seconds(ms.witness)],
          ['Proof', seconds(ms.proof)],
          ['Verification', seconds(ms.verification)],
          ['Threads', String(threads)],
        ]}
      />
      <Json name="Public signals" value={publicSignals} />
      <Json name="Proof, as snarkjs writes it" value={proof} />
    </section>
  )
}

function Json({ name, value }: { name: string; value: unknown }) {
  return (
    <label className="prove-json">
      <span>{name}</span>
      <textarea
        readOnly
        rows={Math.min(14, JSON.stringify(value, null, 2).split('\n').length)}
        value={JSON.stringify(value, null, 2)}
      />
    </label>
  )
}
