/**
 * A device profile as its author wrote it, in YAML or JSON (which YAML 1.2 includes): what is wrong is told by line and
 * column.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Profile, type ProfileProblem, profileProblems } from '@iotex2/protocol/profile'
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** Thrown when a file is no profile: a line for each problem, `file:line:column: what`. Code PROFILE_INVALID. */
export class ProfileFileError extends CodedError {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super('PROFILE_INVALID', problems.join('\n'))
    this.problems = problems
  }
}

/** Returns the profile in `text`. `file` is what its problems are told of. Throws {@link ProfileFileError}. */
export function parseProfileFile(text: string, file: string): Profile {
  const lineCounter = new LineCounter()
  // Aliases could blow a small file up; a profile repeats nothing.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, version: '1.2', uniqueKeys: true })
  const at = (offset: number, message: string): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${message}`
  }
  if (document.errors.length > 0)
    throw new ProfileFileError(document.errors.map(({ pos, message }) => at(pos[0], `${message.split('\n')[0]}.`)))
  const found = profileProblems(toJson(document, at))
  if (found.length > 0)
    throw new ProfileFileError(found.map((problem) => at(offsetOf(document, problem), problem.message)))
  return toJson(document, at) as Profile
}

function toJson(document: Document, at: (offset: number, message: string) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw new ProfileFileError([at(0, 'A profile has no aliases (*name): write the value itself.')])
  }
}

/** Returns where a value stands, or a member's name; of what is missing, whatever is around it. */
function offsetOf(document: Document, { path, ofName }: ProfileProblem): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    let name: unknown
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      name = pair.key
      node = pair.value
    } else if (isSeq(node)) node = node.items[Number(step)]
    else break
    const isLast = depth === path.length - 1
    // A value that was left empty stands nowhere.
    const own =
      (isLast && ofName) || (isScalar(node) && node.type === 'PLAIN' && node.source === '') ? undefined : startOf(node)
    offset = own ?? startOf(name) ?? offset
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
