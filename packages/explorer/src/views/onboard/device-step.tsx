import { type ReadDevice, type ReadProgress, readDevice } from '../../onboarding/device/read-device.ts'
import type { DevicePort } from '../../onboarding/device/use-device-port.ts'
import { deviceEntry } from '../../onboarding/journal.ts'
import type { Owner } from '../../onboarding/use-owner.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { Facts } from '../../parts/facts.tsx'
import { Hash } from '../../parts/hash.tsx'
import { Step, type StepState } from './step.tsx'

const KEY_TYPES = { secp256k1: 'secp256k1', p256: 'P-256', ed25519: 'Ed25519' } as const

interface DeviceStepProps {
  owner: Owner
  task: Task
  state: StepState
  port: DevicePort
  device: ReadDevice | undefined
  /** Whether another device may be read now: the one that was read is not registered yet. */
  changeable: boolean
}

const progressText = (progress: ReadProgress): string => {
  switch (progress.step) {
    case 'did':
      return 'Reading the DID'
    case 'document':
      return `Reading the document, part ${progress.part} of ${progress.parts}`
    case 'proof':
      return 'Asking the device for a proof that it has its key'
  }
}

/** Read DID and document over Web Serial, and check them here. */
export function DeviceStep({ owner, task, state, port, device, changeable }: DeviceStepProps) {
  const read = () =>
    task.run('Choose the device’s port', (say) =>
      port.use(true, async (client) => {
        const challenge = crypto.getRandomValues(new Uint8Array(32))
        const found = await readDevice(client, {
          audience: location.origin,
          challenge,
          onProgress: (progress) => say(progressText(progress)),
        })
        const { stored, ...rest } = owner.journal
        const same = stored?.hash === found.documentHash
        owner.note({ ...rest, device: deviceEntry(found), stored: same ? stored : undefined })
      }),
    )
  return (
    <Step number={3} title="Device" state={state} summary={device && <Hash value={device.did} name="DID" />}>
      {device === undefined ? (
        port.supported ? (
          <>
            <p className="step-text">
              Connect the device by USB. Its DID and DID document are read over the serial port and checked in this
              browser.
            </p>
            <p className="step-actions">
              <button type="button" className="button button-primary" disabled={task.busy !== null} onClick={read}>
                Read device DID &amp; DID document
              </button>
            </p>
          </>
        ) : (
          <p className="banner">
            This browser has no Web Serial. Open this page in Chrome, Edge or Opera on a computer, or register the
            device on the command line: docs/ioid.md says how.
          </p>
        )
      ) : (
        <>
          <Facts
            facts={[
              ['Model', `${device.info.model}, firmware ${device.info.firmware}`],
              ['Key', KEY_TYPES[device.keyType]],
              ['Document’s hash', <Hash key="hash" value={device.documentHash} name="document’s hash" />],
            ]}
          />
          <ul className="checks">
            <li>The document is whole: it has the hash that the device names</li>
            <li>Its key is the one that the DID is made of</li>
            <li>The device proved that it has this key</li>
          </ul>
          <details className="document">
            <summary>DID document</summary>
            <pre>
              <code>{printDocument(device.document)}</code>
            </pre>
          </details>
          {changeable && (
            <p className="step-actions">
              <button type="button" className="button" disabled={task.busy !== null} onClick={read}>
                Read another device
              </button>
            </p>
          )}
        </>
      )}
    </Step>
  )
}

/** For the eye; what is stored and hashed are the bytes. */
const printDocument = (bytes: Uint8Array): string =>
  JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2)
