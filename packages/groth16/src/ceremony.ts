/**
 * Keys for production: phase 2 on a prepared powers-of-tau file, contributions by people who do not collude, a public
 * random beacon last, and the verification of all of it. Over snarkjs, whose command line serves as well.
 *
 * A key is safe if one contributor to each phase destroyed their randomness. {@link verifyCeremony} cannot see that; it
 * sees that the key belongs to the circuit and the powers of tau, that each contribution builds on the one before, and
 * that no secret of phase 2 is known to all.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { bigintToBytes, type Hex, toHex } from '@iotex2/protocol/hex'
import { blake2b } from '@noble/hashes/blake2.js'
import type { G1Coordinates, G2Coordinates } from 'ffjavascript'
import { type File, type Logger, type MemoryFile, powersOfTau, zKey } from 'snarkjs'
import { bn254 } from './bn254.ts'
import { isMarkedDevelopment } from './development-setup.ts'
import { CircuitFileError } from './errors.ts'
import { withPool } from './pool.ts'
import { parseProvingKey } from './proving-key.ts'
import { parseR1cs } from './r1cs.ts'
import { readSections, section } from './section-file.ts'
import { exportVerificationKey, isDevelopmentKey } from './verification-key.ts'

/** Thrown when a key must not be used in production. Code CEREMONY_INVALID. */
export class CeremonyError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('CEREMONY_INVALID', message, options)
  }
}

/** Told what runs, and how much of it is done (0 to 1) where that is known. */
export type OnProgress = (step: string, fraction?: number) => void

/** One contribution to a key, in the order in which they were made. */
export interface Contribution {
  kind: 'participant' | 'beacon'
  name: string
  /** BLAKE2b-512 of the contributed points and the transcript: what a participant publishes, as snarkjs prints it. */
  hash: Hex
  beacon?: { value: Hex; iterationsExponent: number }
}

/** 2^10 to 2^63 hashes: how long no one can know the beacon's outcome in advance. */
export const BEACON_ITERATIONS_EXPONENT = 10
const CONTRIBUTION_POINTS_BYTES = 64 * 3 + 128 + 64
const BEACON_TYPE = 1
/** Of a contribution's parameters: how each starts, in ascending order. */
const PARAMETER = { name: 1, iterationsExponent: 2, beacon: 3 } as const

const ignore: OnProgress = () => {}

/** Turns snarkjs's messages into progress, and keeps the last error: it says why snarkjs answers -1 or false. */
function listen(onProgress: OnProgress): Logger & { reason: string | undefined } {
  const report = (message: string): void => {
    const [, step, done, all] = /^(.*?):?\s+(\d+)\/(\d+)$/s.exec(message) ?? []
    if (step === undefined) onProgress(message.split('\n')[0]!.trim())
    else if (Number(all) > 0) onProgress(step.replace(/ (?:start|end)\b/, ''), Number(done) / Number(all))
  }
  const logger = {
    reason: undefined as string | undefined,
    debug: report,
    info: report,
    warn: report,
    error: (message: string) => {
      logger.reason = message
    },
  }
  return logger
}

const because = (reason: string | undefined): string =>
  reason === undefined ? '' : ` snarkjs: ${reason.replace(/\s+/g, ' ').replace(/\.$/, '')}.`

async function toMemory(
  onProgress: OnProgress,
  write: (file: MemoryFile, logger: Logger) => Promise<unknown>,
): Promise<Uint8Array> {
  const file: MemoryFile = { type: 'mem' }
  const logger = listen(onProgress)
  const result = await withPool(() => write(file, logger))
  if (result === -1 || result === false || file.data === undefined)
    throw new CeremonyError(
      `No key was made: the powers of tau are not prepared, or too few for the circuit.${because(logger.reason)}`,
    )
  return file.data
}

/** Whoever knows tau computes delta⁻¹·G from any later key, whatever was contributed to it. */
function refuseMarked(zkey: Uint8Array): void {
  if (isMarkedDevelopment(zkey))
    throw new CeremonyError('The key is a development key: its tau is public, and no contribution makes it safe.')
}

/** Starts phase 2. The result has delta = gamma: it is no key yet. `ptau` must be prepared for phase 2. */
export const startPhase2 = (r1cs: Uint8Array, ptau: File, onProgress = ignore): Promise<Uint8Array> =>
  toMemory(onProgress, (out, logger) => zKey.newZKey(r1cs, ptau, out, logger))

/**
 * Adds a contribution. `entropy` is mixed with the system's randomness and must be forgotten.
 * Throws {@link CeremonyError} for a development key, CircuitFileError.
 */
export async function contribute(
  zkey: Uint8Array,
  name: string,
  entropy: string,
  onProgress = ignore,
): Promise<Uint8Array> {
  parseProvingKey(zkey)
  refuseMarked(zkey)
  return toMemory(onProgress, (out, logger) => zKey.contribute(zkey, out, name, entropy, logger))
}

/**
 * Adds the beacon: a public value that no one could choose, such as a block hash of a height announced before.
 * It is hashed 2^`iterationsExponent` times. Throws {@link CeremonyError} for a development key, CircuitFileError.
 */
export async function applyBeacon(
  zkey: Uint8Array,
  name: string,
  beaconHex: string,
  iterationsExponent = BEACON_ITERATIONS_EXPONENT,
  onProgress = ignore,
): Promise<Uint8Array> {
  parseProvingKey(zkey)
  refuseMarked(zkey)
  return toMemory(onProgress, (out, logger) => zKey.beacon(zkey, out, name, beaconHex, iterationsExponent, logger))
}

/** Returns the contributions to a key. Throws CircuitFileError. */
export async function readContributions(zkey: Uint8Array): Promise<Contribution[]> {
  parseProvingKey(zkey)
  const bytes = section(readSections(zkey, 'zkey'), 10)
  const { G1, G2 } = await bn254()
  const coordinates = (numbers: bigint[]): Uint8Array => Buffer.concat(numbers.map((n) => bigintToBytes(n, 32)))
  const g1 = (offset: number): Uint8Array =>
    coordinates((G1.toObject(bytes.slice(offset, offset + 64)) as unknown as G1Coordinates).slice(0, 2))
  const g2 = (offset: number): Uint8Array => {
    const [x, y] = G2.toObject(bytes.slice(offset, offset + 128)) as unknown as G2Coordinates
    return coordinates([x[1], x[0], y[1], y[0]])
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const contributions: Contribution[] = []
  let offset = 68
  try {
    for (let left = view.getUint32(64, true); left > 0; left--) {
      const parameters = offset + CONTRIBUTION_POINTS_BYTES + 8
      const length = view.getUint32(parameters - 4, true)
      const kind = view.getUint32(parameters - 8, true) === BEACON_TYPE ? 'beacon' : 'participant'
      const [after, s, sx, spx, transcript] = [0, 64, 128, 192, 320].map((at) => offset + at) as number[]
      const hash = blake2b.create({ dkLen: 64 })
      for (const point of [g1(after!), g1(s!), g1(sx!), g2(spx!)]) hash.update(point)
      hash.update(bytes.subarray(transcript, transcript! + 64))
      const own = bytes.subarray(parameters, parameters + length)
      if (own.length !== length) throw new CircuitFileError('The contributions of the key are cut off.')
      contributions.push({ kind, hash: toHex(hash.digest()), ...readParameters(own) })
      offset = parameters + length
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw new CircuitFileError('The contributions of the key are cut off.', { cause })
    throw cause
  }
  return contributions
}

function readParameters(bytes: Uint8Array): Pick<Contribution, 'name' | 'beacon'> {
  let name = ''
  let iterationsExponent = 0
  let beacon: Hex | undefined
  for (let at = 0; at + 1 < bytes.length; ) {
    const type = bytes[at]!
    const length = bytes[at + 1]!
    if (type === PARAMETER.iterationsExponent) {
      iterationsExponent = length
      at += 2
      continue
    }
    const value = bytes.subarray(at + 2, at + 2 + length)
    if (type === PARAMETER.name) name = new TextDecoder().decode(value)
    else if (type === PARAMETER.beacon) beacon = toHex(value)
    else throw new CircuitFileError(`A contribution has an unknown parameter ${type}.`)
    at += 2 + length
  }
  return beacon === undefined ? { name } : { name, beacon: { value: beacon, iterationsExponent } }
}

/**
 * Checks that `zkey` may be used in production with this circuit: valid powers of tau, at least one participant's
 * contribution, a beacon last, every contribution proven. Returns the contributions. Throws {@link CeremonyError}.
 * Takes long for a large file.
 */
export async function verifyCeremony(
  r1cs: Uint8Array,
  ptau: File,
  zkey: Uint8Array,
  onProgress = ignore,
): Promise<Contribution[]> {
  parseR1cs(r1cs)
  refuseMarked(zkey)
  if (isDevelopmentKey(await exportVerificationKey(zkey)))
    throw new CeremonyError(
      'The key has delta equal to gamma: no one has contributed to it, and anyone can forge proofs.',
    )
  const contributions = await readContributions(zkey)
  const kinds = contributions.map(({ kind }) => kind)
  if (!kinds.includes('participant')) throw new CeremonyError('No participant has contributed to the key.')
  if (kinds.at(-1) !== 'beacon') throw new CeremonyError('The last contribution to the key is no beacon.')
  const logger = listen(onProgress)
  await withPool(async () => {
    if (!(await powersOfTau.verify(ptau, logger)))
      throw new CeremonyError(`The powers of tau are invalid.${because(logger.reason)}`)
    if (!(await zKey.verifyFromR1cs(r1cs, ptau, zkey, logger)))
      throw new CeremonyError(
        `The key does not follow from the circuit, the powers of tau and its contributions.${because(logger.reason)}`,
      )
  })
  return contributions
}

/** Checks every power and contribution of a prepared file. Throws {@link CeremonyError}. Takes long for a large file. */
export async function verifyPowersOfTau(ptau: File, onProgress = ignore): Promise<void> {
  const logger = listen(onProgress)
  if (!(await withPool(() => powersOfTau.verify(ptau, logger))))
    throw new CeremonyError(`The powers of tau are invalid.${because(logger.reason)}`)
}
