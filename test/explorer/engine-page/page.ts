/**
 * A page with the engine and nothing else, for tests to drive.
 * @module
 */
import { openEngine } from '@iotex2/msm/engine'

Object.assign(globalThis, { openEngine })
