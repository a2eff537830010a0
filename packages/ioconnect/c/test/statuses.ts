/**
 * What can go wrong in the core, as status.h lists it.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CORE } from './toolchain.ts'

const header = readFileSync(join(CORE, 'include/ioconnect/status.h'), 'utf8')

export const STATUSES = [...header.matchAll(/X\((IOC_ERR_\w+), (-\d+),\s*"([^"]+)"\)/g)].map(
  ([, name, value, cause]) => ({ name: name!, value: Number(value), cause: cause! }),
)
