import { useState } from 'react'
import type { RegisteredDevice } from '../../onboarding/chain/identity-chain.ts'
import type { ReadDevice } from '../../onboarding/device/read-device.ts'
import type { DevicePort } from '../../onboarding/device/use-device-port.ts'
import { PortalError } from '../../onboarding/errors.ts'
import type { Owner } from '../../onboarding/use-owner.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { Facts } from '../../parts/facts.tsx'
import { ChainHash, Hash, None } from '../../parts/hash.tsx'
import { routeHref } from '../../route.ts'
import { DocumentAddress } from './document-address.tsx'

interface RegisteredProps {
  owner: Owner
  task: Task
  port: DevicePort
  device: ReadDevice
  registered: RegisteredDevice
}

/** What the owner has now; and the device's last setting, where its readings go. */
export function Registered({ owner, task, port, device, registered }: RegisteredProps) {
  const { account, journal, note } = owner
  const mine = registered.owner.toLowerCase() === account.toLowerCase()
  const sameDocument = registered.documentHash === device.documentHash
  return (
    <section className="panel registered" aria-labelledby="registered-title">
      <div className="panel-heading">
        <h2 id="registered-title">{mine ? 'It is yours on chain' : 'It is registered already'}</h2>
        <p>
          <span className="badge" data-tone={mine ? 'good' : 'waiting'}>
            ioID #{String(registered.ioid)}
          </span>
        </p>
      </div>
      {!mine && (
        <p className="banner">
          This device belongs to another account. Whoever holds it transfers or removes it there first.
        </p>
      )}
      {!sameDocument && (
        <p className="banner">
          The chain names another document than the device has now. Update it on the command line: docs/ioid.md says
          how.
        </p>
      )}
      <Facts
        facts={[
          ['DID', <Hash key="did" value={device.did} name="DID" />],
          ['Owner', <ChainHash key="owner" kind="address" value={registered.owner} name="owner’s address" />],
          [
            'Account (ERC-6551)',
            <ChainHash key="account" kind="address" value={registered.account} name="ERC-6551 account" />,
          ],
          [
            'Device NFT',
            registered.tokenId === undefined ? (
              <None key="nft">not in the account</None>
            ) : (
              <span key="nft" className="stack">
                <span>#{String(registered.tokenId)} of</span>
                <ChainHash kind="address" value={registered.deviceContract} name="device NFT’s contract" />
              </span>
            ),
          ],
          ['Project', String(registered.projectId)],
          ['DID document', <DocumentAddress key="document" uri={registered.documentUri} />],
        ]}
      />
      {mine && device.info.features.includes('server.set') && (
        <ServerForm owner={owner} task={task} port={port} device={device} projectId={registered.projectId} />
      )}
      <p className="step-actions">
        <a className="button" href={routeHref({ view: 'device', device: device.address })}>
          See the device
        </a>
        <button
          type="button"
          className="button"
          disabled={task.busy !== null}
          onClick={() => {
            const { device: _device, stored: _stored, ...rest } = journal
            note({ ...rest, device: undefined, stored: undefined })
          }}
        >
          Onboard another device
        </button>
      </p>
    </section>
  )
}

interface ServerFormProps {
  owner: Owner
  task: Task
  port: DevicePort
  device: ReadDevice
  projectId: bigint
}

const TOLD = {
  no: 'Tell the device',
  now: 'The device knows its gateway',
  later: 'The device uses it from its next start',
}

/** Tells the device, over its serial line, which project's it is and which gateway takes its readings. */
function ServerForm({ owner, task, port, device, projectId }: ServerFormProps) {
  const [gateway, setGateway] = useState(owner.info.gateways[0] ?? '')
  const [told, setTold] = useState<'no' | 'now' | 'later'>('no')
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Telling the device', async () => {
          const scheme = /^(https?|mqtts?):\/\/\S+$/.exec(gateway)?.[1]
          if (scheme === undefined || gateway.length > 256)
            throw new PortalError('INPUT_INVALID', 'A gateway’s address begins with https:// or mqtts://.')
          await port.use(false, async (client) => {
            const { did } = await client.call('did.get', {})
            if (did !== device.did)
              throw new PortalError('DEVICE_OTHER', `Another device is plugged in: ${did.slice(0, 60)}.`)
            const { applied } = await client.call('server.set', {
              projectId: String(projectId),
              transport: scheme.startsWith('http') ? 'http' : 'mqtt',
              gateways: [gateway],
            })
            setTold(applied ? 'now' : 'later')
          })
        })
      }}
    >
      <label>
        <span>Gateway for the device’s readings</span>
        <input
          list="gateways"
          value={gateway}
          placeholder="https://… or mqtts://…"
          onChange={(event) => {
            setGateway(event.target.value)
            setTold('no')
          }}
        />
        <datalist id="gateways">
          {owner.info.gateways.map((url) => (
            <option key={url} value={url} />
          ))}
        </datalist>
      </label>
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || told !== 'no'}>
          {TOLD[told]}
        </button>
      </p>
    </form>
  )
}
