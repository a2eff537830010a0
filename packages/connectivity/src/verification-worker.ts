/**
 * A thread of {@link VerificationPool}: takes one buffer of requests, answers with one buffer of results.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Authenticator, loadVerifier } from './signature.ts'
import { decodeRequests, encodeResults, type Project, verifyMessages } from './verification.ts'

const projects = workerData as ReadonlyMap<bigint, Project>
const authenticator = new Authenticator(await loadVerifier())

parentPort!.on('message', (buffer: ArrayBuffer) => {
  const { nowMs, messages } = decodeRequests(buffer)
  const results = encodeResults(verifyMessages(messages, projects, authenticator, nowMs))
  parentPort!.postMessage(results, [results])
})
