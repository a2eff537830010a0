import { expect, test } from 'vitest'
import { CREDENTIALS_V1 } from '../credentials/contexts.ts'
import { issueCredential } from '../credentials/credential.ts'
import { Agent } from './agent.ts'
import { createFromPrior } from './from-prior.ts'
import { Inbox } from './inbox.ts'
import type { Message } from './message.ts'
import { packEncrypted, packPlaintext, packSigned } from './pack.ts'
import {
  ALICE,
  aliceKeys,
  BOB,
  bobKeys,
  documentOf,
  documents,
  keysOfParty,
  resolver,
  resolverOf,
  vectors,
} from './parties.fixture.ts'
import { ReplayWindow } from './replay-window.ts'
import { endpointsOf, readForward, wrapInForward } from './routing.ts'
import { unpack } from './unpack.ts'

const START = 1_764_000_000
const PING = 'https://didcomm.org/trust-ping/2.0/ping'
const coded = (code: string) => expect.objectContaining({ code })

/** A clock that stands until it is moved. */
const clockAt = (seconds: number) => {
  const clock = { seconds, now: () => clock.seconds * 1000 }
  return clock
}
const messageAt = (seconds: number, changes: Partial<Message> = {}): Message => ({
  id: 'one',
  type: PING,
  from: ALICE,
  to: [BOB],
  created_time: seconds,
  body: {},
  ...changes,
})
const pack = (message: Message, from: string | undefined = ALICE) =>
  packEncrypted(message, { to: BOB, ...(from === undefined ? {} : { from }) }, { resolver, keys: aliceKeys })

test('a message is taken once, however it is encrypted', async () => {
  const clock = clockAt(START)
  const inbox = new Inbox({ resolver, keys: bobKeys, now: clock.now })
  const packed = await pack(messageAt(START))
  expect((await inbox.take(packed)).message.id).toBe('one')
  await expect(inbox.take(packed)).rejects.toThrow(coded('DIDCOMM_REPLAYED'))
  await expect(inbox.take(await pack(messageAt(START)))).rejects.toThrow(coded('DIDCOMM_REPLAYED'))
  await expect(inbox.take(await pack(messageAt(START, { id: 'two' })))).resolves.toBeDefined()
})

test.each([
  ['without a time', undefined, 'DIDCOMM_STALE'],
  ['of the future', START + 1_031, 'DIDCOMM_STALE'],
  ['older than the window', START + 699, 'DIDCOMM_STALE'],
])('a message %s is refused', async (_, created, code) => {
  const clock = clockAt(START)
  const inbox = new Inbox({ resolver, keys: bobKeys, now: clock.now })
  clock.seconds += 1_000
  const { created_time: _time, ...timeless } = messageAt(0)
  const message = created === undefined ? timeless : messageAt(created)
  await expect(inbox.take(await pack(message))).rejects.toThrow(coded(code))
})

test('a message is expired from its second on', async () => {
  const clock = clockAt(START)
  const inbox = new Inbox({ resolver, keys: bobKeys, now: clock.now })
  await expect(inbox.take(await pack(messageAt(START, { expires_time: START })))).rejects.toThrow(
    coded('DIDCOMM_EXPIRED'),
  )
  await inbox.take(await pack(messageAt(START, { expires_time: START + 1 })))
})

test('what no known sender encrypted is refused, unless it may be anonymous', async () => {
  const { now } = clockAt(START)
  const inbox = new Inbox({ resolver, keys: bobKeys, now })
  const unauthenticated = coded('DIDCOMM_UNAUTHENTICATED')
  const anonymous = await packEncrypted(messageAt(START), { to: BOB }, { resolver, keys: aliceKeys })
  await expect(inbox.take(anonymous)).rejects.toThrow(unauthenticated)
  await expect(inbox.take(packPlaintext(messageAt(START)))).rejects.toThrow(unauthenticated)
  await expect(inbox.take(await packSigned(messageAt(START), ALICE, { keys: aliceKeys }))).rejects.toThrow(
    unauthenticated,
  )
  const open = new Inbox({ resolver, keys: bobKeys, now, acceptAnonymous: true })
  await open.take(anonymous)
  await expect(open.take(packPlaintext(messageAt(START)))).rejects.toThrow(unauthenticated)
})

test('after a restart nothing is taken that could have been taken before it', () => {
  const clock = clockAt(START)
  new ReplayWindow({ now: clock.now }).accept(ALICE, 'one', START)
  clock.seconds += 60
  const restarted = new ReplayWindow({ now: clock.now })
  expect(() => restarted.accept(ALICE, 'one', START)).toThrow(coded('DIDCOMM_STALE'))
})

test('an id is remembered for as long as its time is taken, by any order of arrival', () => {
  const clock = clockAt(START)
  const window = new ReplayWindow({ now: clock.now, windowSeconds: 10, skewSeconds: 5 })
  const taken: [string, number][] = []
  for (let step = 0; step < 200; step++) {
    clock.seconds += step % 3
    const entry: [string, number] = [`id-${step}`, clock.seconds + 5 - (step % 8)]
    if (entry[1] >= START - 5) {
      window.accept(ALICE, ...entry)
      taken.push(entry)
    }
    for (const [id, time] of taken)
      expect(() => window.accept(ALICE, id, time), `${id} at ${clock.seconds}`).toThrow(
        expect.objectContaining({ code: time < clock.seconds - 10 ? 'DIDCOMM_STALE' : 'DIDCOMM_REPLAYED' }),
      )
  }
})

test('a sender who floods the window is refused, and no other', () => {
  const clock = clockAt(START)
  const window = new ReplayWindow({ now: clock.now, maximumPerSender: 3, maximumTotal: 5 })
  for (const id of ['1', '2', '3']) window.accept(ALICE, id, START)
  expect(() => window.accept(ALICE, '4', START)).toThrow(coded('DIDCOMM_WINDOW_FULL'))
  expect(() => window.accept(ALICE, '1', START)).toThrow(coded('DIDCOMM_REPLAYED'))
  window.accept(BOB, '1', START)
  window.accept(BOB, '2', START)
  expect(() => window.accept('did:example:carol', '1', START)).toThrow(coded('DIDCOMM_WINDOW_FULL'))
  clock.seconds += 1_000
  window.accept(ALICE, '4', START + 1_000)
})

const agents = (clock: { now: () => number }) => ({
  alice: new Agent({ did: ALICE, keys: aliceKeys, resolver, now: clock.now }),
  bob: new Agent({ did: BOB, keys: bobKeys, resolver, now: clock.now }),
})

test('two agents talk in a thread', async () => {
  const { alice, bob } = agents(clockAt(START))
  const session = alice.open(BOB, 'parent')
  const first = await bob.receive(await session.send(PING, { n: 1 }))
  expect(first.message).toMatchObject({ id: session.thid, thid: session.thid, pthid: 'parent', body: { n: 1 } })
  expect(first.message.expires_time).toBe(START + 300)
  expect(first.session).toMatchObject({ thid: session.thid, peer: ALICE })

  const answer = await alice.receive(await first.session.send(PING, { n: 2 }, { signed: false }))
  expect(answer.message).toMatchObject({ thid: session.thid, body: { n: 2 } })
  expect(answer.message.id).not.toBe(session.thid)
  const third = await bob.receive(await answer.session.send(PING, { n: 3 }, { signed: true, protectSender: true }))
  expect(third).toMatchObject({ nonRepudiation: true, anonymousSender: true, session: { thid: session.thid } })
})

test('nobody joins the thread of another', async () => {
  const carol = 'did:example:carol'
  const secrets = vectors.secrets.bob.map((secret) => ({ ...secret, kid: secret.kid.replace(BOB, carol) }))
  const all = resolverOf({ ...documents, [carol]: documentOf(carol, secrets) })
  const { now } = clockAt(START)
  const alice = new Agent({ did: ALICE, keys: aliceKeys, resolver: all, now })
  const session = alice.open(BOB)
  const intruder: Message = { ...messageAt(START), from: carol, to: [ALICE], thid: session.thid }
  const packed = await packEncrypted(
    intruder,
    { to: ALICE, from: carol },
    { resolver: all, keys: keysOfParty(secrets) },
  )
  await expect(alice.receive(packed)).rejects.toThrow(coded('DIDCOMM_ADDRESSING'))
})

test('a peer that changes its DID stays in its threads, by the word of the old one', async () => {
  const { now } = clockAt(START)
  const renamed = 'did:example:alice-2'
  const secrets = vectors.secrets.alice.map((secret) => ({ ...secret, kid: secret.kid.replace(ALICE, renamed) }))
  const all = resolverOf({ ...documents, [renamed]: documentOf(renamed, secrets) })
  const bob = new Agent({ did: BOB, keys: bobKeys, resolver: all, now })
  const old = new Agent({ did: ALICE, keys: aliceKeys, resolver: all, now })
  const session = old.open(BOB)
  const { session: thread } = await bob.receive(await session.send(PING, {}))

  const message: Message = { ...messageAt(START), id: 'two', from: renamed, thid: thread.thid }
  const context = { resolver: all, keys: keysOfParty(secrets) }
  const send = (changes: Partial<Message>) =>
    packEncrypted({ ...message, ...changes }, { to: BOB, from: renamed }, context)
  await expect(bob.receive(await send({}))).rejects.toThrow(coded('DIDCOMM_ADDRESSING'))

  const byOld = aliceKeys.signer(`${ALICE}#key-1`)!
  const fromPrior = await createFromPrior(renamed, START, byOld)
  expect(await bob.receive(await send({ id: 'three', from_prior: fromPrior }))).toMatchObject({
    fromPrior: { iss: ALICE, sub: renamed },
    session: { peer: renamed },
  })
  const forged = await createFromPrior(renamed, START, {
    ...context.keys.signer(`${renamed}#key-1`)!,
    kid: `${ALICE}#key-2`,
  })
  const foreign = await createFromPrior('did:example:other', START, byOld)
  // What the same key signs for other ends, as a credential of version 1.1 about a subject, is no word of succession.
  const credential = await issueCredential(
    {
      '@context': [CREDENTIALS_V1],
      type: ['VerifiableCredential'],
      issuer: ALICE,
      issuanceDate: '2020-01-01T00:00:00Z',
      credentialSubject: { id: renamed },
    },
    { signer: byOld, format: 'jwt', now: () => START },
  )
  const others = [credential as string, `${fromPrior.slice(0, -4)}AAAA`, 'a.b.c', 'a']
  for (const [i, jwt] of [forged, foreign, ...others].entries())
    await expect(bob.receive(await send({ id: `bad-${i}`, from_prior: jwt }))).rejects.toThrow(
      coded('DIDCOMM_FROM_PRIOR'),
    )
})

test('what cannot be packed says why', async () => {
  const context = { resolver, keys: aliceKeys }
  const message = messageAt(START)
  const attempts: [Parameters<typeof packEncrypted>[1], string, Message?][] = [
    [{ to: 'did:example:nobody' }, 'DIDCOMM_ADDRESSING'],
    [{ to: 'did:example:nobody' }, 'DIDCOMM_DID_UNRESOLVED', { ...message, to: ['did:example:nobody'] }],
    [{ to: `${BOB}#key-9` }, 'DIDCOMM_KEY_UNKNOWN'],
    [{ to: BOB, from: BOB }, 'DIDCOMM_ADDRESSING'],
    [{ to: BOB, from: `${ALICE}#key-9` }, 'DIDCOMM_KEY_UNKNOWN'],
    [{ to: BOB, signBy: `${ALICE}#key-9` }, 'DIDCOMM_KEY_UNKNOWN'],
    [{ to: `${BOB}#key-p384-1`, from: ALICE }, 'DIDCOMM_NO_COMMON_CURVE'],
    [{ to: BOB }, 'DIDCOMM_MALFORMED', { ...message, id: '' }],
  ]
  for (const [options, code, other = message] of attempts)
    await expect(packEncrypted(other, options, context), JSON.stringify(options)).rejects.toThrow(coded(code))
  const { to: _, ...open } = message
  await expect(packEncrypted(open, { to: BOB, signBy: ALICE }, context)).rejects.toThrow(coded('DIDCOMM_ADDRESSING'))
})

test('a document says where messages go, directly or by mediators', () => {
  const service = [
    { id: '#web', type: 'LinkedDomains', serviceEndpoint: 'https://example.com' },
    { id: '#a', type: 'DIDCommMessaging', serviceEndpoint: { uri: 'https://a.example', accept: ['didcomm/v2'] } },
    { id: '#b', type: ['DIDCommMessaging'], serviceEndpoint: [{ uri: 'https://b.example', routingKeys: ['did:x#1'] }] },
    { id: '#c', type: 'DIDCommMessaging', serviceEndpoint: { uri: 'https://c.example', accept: ['didcomm/aip1'] } },
    { id: '#d', type: 'DIDCommMessaging', serviceEndpoint: [null, 5, {}] },
  ]
  expect(endpointsOf({ id: BOB, service })).toEqual([
    { uri: 'https://a.example', routingKeys: [] },
    { uri: 'https://b.example', routingKeys: ['did:x#1'] },
  ])
  expect(endpointsOf({ id: BOB })).toEqual([])
})

test('a message passes two mediators, each of which sees the next hop only', async () => {
  const inner = await pack(messageAt(START))
  const hops = [`${ALICE}#key-x25519-1`, `${BOB}#key-p384-1`]
  const outer = await wrapInForward(inner, BOB, hops, { resolver })
  const first = readForward((await unpack(outer, { resolver, keys: aliceKeys })).message)!
  expect(first.next).toBe(hops[1])
  const second = readForward((await unpack(first.packed[0]!, { resolver, keys: bobKeys })).message)!
  expect(second).toEqual({ next: BOB, packed: [inner] })
  await expect(wrapInForward(inner, BOB, Array(5).fill(hops[0]), { resolver })).rejects.toThrow(
    coded('DIDCOMM_TOO_LARGE'),
  )
})

test.each<[string, Partial<Message>]>([
  ['no next', { body: {}, attachments: [{ data: { json: {} } }] }],
  ['nothing attached', { body: { next: BOB } }],
  ['links attached', { body: { next: BOB }, attachments: [{ data: { links: [] } }] }],
])('a forward message with %s is refused', (_, changes) => {
  const message = { ...messageAt(START), type: 'https://didcomm.org/routing/2.0/forward', ...changes }
  expect(() => readForward(message)).toThrow(coded('DIDCOMM_MALFORMED'))
  expect(readForward(messageAt(START))).toBeUndefined()
})
