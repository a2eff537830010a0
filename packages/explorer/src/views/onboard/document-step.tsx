import { useState } from 'react'
import { base64Of } from '../../onboarding/bytes.ts'
import type { ReadDevice } from '../../onboarding/device/read-device.ts'
import { PortalError } from '../../onboarding/errors.ts'
import { storeDocument } from '../../onboarding/onboarding-api.ts'
import type { Owner } from '../../onboarding/use-owner.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { DocumentAddress } from './document-address.tsx'
import { Step, type StepState } from './step.tsx'

const STORE_NAMES: Record<string, string> = { service: 'This network’s operator', ipfs: 'IPFS', s3: 'S3' }

/** The owner's own place, in place of one of the service's. */
const ELSEWHERE = ''
/** As the serial protocol has it: the device signs it. */
const MAXIMUM_URI_LENGTH = 512

interface DocumentStepProps {
  owner: Owner
  task: Task
  state: StepState
  device: ReadDevice | undefined
}

/** Put the document where everyone can read it. */
export function DocumentStep({ owner, task, state, device }: DocumentStepProps) {
  const { info, journal, note } = owner
  const [store, setStore] = useState(info.stores[0] ?? ELSEWHERE)
  const [uri, setUri] = useState('')
  const stored = journal.stored
  return (
    <Step number={4} title="Document" state={state} summary={stored && <DocumentAddress uri={stored.uri} />}>
      {state === 'now' && device && (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault()
            void task.run('Storing the document', async () => {
              if (store === ELSEWHERE) {
                if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(uri) || uri.length > MAXIMUM_URI_LENGTH)
                  throw new PortalError('INPUT_INVALID', 'That is no address, such as https://… or ipfs://….')
                return note({ stored: { hash: device.documentHash, uri } })
              }
              const answer = await storeDocument(device.document, device.documentHash, store)
              if (answer.hash !== device.documentHash || answer.uri.length > MAXIMUM_URI_LENGTH)
                throw new PortalError('DOCUMENT_MISMATCH', 'What was stored is not the device’s document.')
              note({ stored: { hash: device.documentHash, uri: answer.uri } })
            })
          }}
        >
          <p className="step-text">
            The chain keeps the document’s hash and its address. Whoever meets the device reads the document there, and
            compares.
          </p>
          <fieldset className="choices">
            <legend className="visually-hidden">Where the document is stored</legend>
            {[...info.stores, ELSEWHERE].map((name) => (
              <label key={name}>
                <input type="radio" name="store" checked={store === name} onChange={() => setStore(name)} />
                {name === ELSEWHERE ? 'I store it elsewhere' : (STORE_NAMES[name] ?? name)}
              </label>
            ))}
          </fieldset>
          {store === ELSEWHERE && (
            <>
              <label>
                <span>Its address</span>
                <input
                  type="url"
                  value={uri}
                  placeholder="https://… or ipfs://…"
                  onChange={(event) => setUri(event.target.value)}
                />
              </label>
              <p>
                <a href={`data:application/did+json;base64,${base64Of(device.document)}`} download="did.json">
                  Save the document
                </a>{' '}
                and store these very bytes.
              </p>
            </>
          )}
          <p className="step-actions">
            <button type="submit" className="button button-primary" disabled={task.busy !== null}>
              {store === ELSEWHERE ? 'Use this address' : 'Store the document'}
            </button>
          </p>
        </form>
      )}
    </Step>
  )
}
