/**
 * The exact text of a JSON object's members: signatures cover bytes, which parsing and printing again would change.
 * @module
 */

const WHITESPACE = new Set([' ', '\t', '\n', '\r'])

/** Index after the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** Index after the value that starts at `start`: the first comma or bracket that it does not contain. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; ) {
    const char = text[i]!
    if (char === '"') {
      i = endOfString(text, i)
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (depth === 0) return i
      depth--
    } else if (char === ',' && depth === 0) return i
    i++
  }
  return text.length
}

/** Returns the text of each member of the object `text`, which must be valid JSON. Of equal keys the last counts. */
export function jsonMembers(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let i = text.indexOf('{') + 1
  for (;;) {
    const open = text.indexOf('"', i)
    if (open < 0) return members
    const close = endOfString(text, open)
    const start = text.indexOf(':', close) + 1
    const end = endOfValue(text, start)
    members.set(JSON.parse(text.slice(open, close)) as string, text.slice(start, end).trim())
    if (text[end] !== ',') return members
    i = end + 1
  }
}

/** Returns `raw` without whitespace, with <, > and & escaped as Go's encoder does it. */
export function compactJson(raw: string): string {
  let compact = ''
  for (let i = 0; i < raw.length; ) {
    if (raw[i] === '"') {
      const end = endOfString(raw, i)
      compact += raw.slice(i, end)
      i = end
    } else {
      if (!WHITESPACE.has(raw[i]!)) compact += raw[i]
      i++
    }
  }
  return escapeAsGo(compact)
}

/** Escapes what Go's encoding/json escapes in strings: <, >, &, and the line separators U+2028 and U+2029. */
export const escapeAsGo = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
