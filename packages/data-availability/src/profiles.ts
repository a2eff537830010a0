/**
 * Which profile the devices of a project have: a JSON file {"<project id>": "<path of the profile, from this file>"}.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'

/** Thrown when the file, or one that it names, cannot be read. Code PROFILES_INVALID. */
export class ProfilesError extends CodedError {
  constructor(path: string, options: ErrorOptions) {
    super('PROFILES_INVALID', `${path}: ${(options.cause as Error).message}`, options)
  }
}

/** Reads the profiles of all projects. Throws {@link ProfilesError}. */
export async function readProfiles(path: string): Promise<Map<bigint, Profile>> {
  try {
    const paths = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
    const entries = Object.entries(paths).map(async ([projectId, profilePath]) => {
      const text = await readFile(resolve(dirname(path), profilePath), 'utf8')
      return [BigInt(projectId), parseProfile(JSON.parse(text))] as const
    })
    return new Map(await Promise.all(entries))
  } catch (cause) {
    throw new ProfilesError(path, { cause })
  }
}
