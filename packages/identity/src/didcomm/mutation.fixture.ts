/**
 * Seeded damage to packed messages: of bytes, of JSON, and of what lies in base64url inside.
 * @module
 */
import type { Seeded } from '../../../protocol/src/seeded.fixture.ts'

type Json = unknown

const isContainer = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null

/** Every place of a JSON value: the container and the name in it. */
function places(value: Json): [Record<string, Json>, string][] {
  if (!isContainer(value)) return []
  return Object.keys(value).flatMap((name) => [[value, name] as [Record<string, Json>, string], ...places(value[name])])
}

const STRANGE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'none',
  'did:example:alice#key-1',
  [],
  {},
  [[]],
  { kid: 'did:example:bob#key-p256-1' },
  '\u0000',
  '=',
  'AAAA',
]

/** Returns `packed` with one place changed; sometimes one inside a member of base64url JSON. */
function mutateJson(random: Seeded, packed: string): string {
  const json = JSON.parse(packed) as Json
  const all = places(json)
  const [container, name] = random.pick(all)
  const value = container[name]
  const inner = typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined
  switch (random.below(6)) {
    case 0:
      delete container[name]
      break
    case 1:
      container[name] = random.pick(STRANGE)
      break
    case 2:
      container[name] = random.json()
      break
    case 3:
      container[name] = random.pick(all)[0]
      break
    case 4:
      if (inner?.length) {
        inner[random.below(inner.length)]! ^= 1 << random.below(8)
        container[name] = inner.toString('base64url')
      }
      break
    default:
      if (inner?.toString().startsWith('{'))
        try {
          container[name] = Buffer.from(mutateJson(random, inner.toString())).toString('base64url')
        } catch {
          container[name] = inner.subarray(1).toString('base64url')
        }
      else if (Array.isArray(container)) container.push(value as never)
      else container[random.pick(['crit', 'zip', 'aad', 'header', '__proto__', 'payload', 'ciphertext'])] = value
  }
  return JSON.stringify(json)
}

/** Returns a changed message; now and then it means the same, such as with a space more. */
export function mutate(random: Seeded, packed: string): string {
  switch (random.below(5)) {
    case 0: {
      const bytes = Buffer.from(packed)
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
      return bytes.toString('latin1')
    }
    case 1:
      return packed.slice(0, random.below(packed.length))
    default:
      try {
        return mutateJson(random, packed)
      } catch {
        // A cycle, or a name that cannot be set.
        return packed.slice(1)
      }
  }
}
