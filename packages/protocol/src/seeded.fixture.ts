/** Reproducible randomness for property tests: xorshift32. */
export class Seeded {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % bound
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  /** Text with what is special to JSON, Go's encoder and UTF-16. */
  text(length = this.below(12)): string {
    const special = [
      '"',
      '\\',
      '/',
      '\n',
      '\t',
      ' ',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '<',
      '>',
      '&',
      '\u2028',
      'é',
      '😀',
      '\u0001',
    ]
    return Array.from({ length }, () => (this.below(2) ? this.pick(special) : this.pick([...'abcXYZ019']))).join('')
  }

  /** Any JSON value. */
  json(depth = 3): unknown {
    switch (this.below(depth > 0 ? 7 : 5)) {
      case 0:
        return this.text()
      case 1:
        return this.below(1000) - 500
      case 2:
        return (this.below(1e6) - 5e5) / 1000
      case 3:
        return this.pick([true, false, null])
      case 4:
        return this.pick([0, 1e21, 1e-7, 12345678901234])
      case 5:
        return Array.from({ length: this.below(4) }, () => this.json(depth - 1))
      default:
        return this.object(depth)
    }
  }

  object(depth = 3): Record<string, unknown> {
    // Keys that read as integers would be sorted by JavaScript.
    return Object.fromEntries(Array.from({ length: this.below(5) }, () => [`k${this.text()}`, this.json(depth - 1)]))
  }

  /** Prints JSON with whitespace wherever it may stand. */
  print(value: unknown): string {
    const space = () => this.pick(['', '', ' ', '\n', '\t ', '\r\n'])
    if (Array.isArray(value))
      return `[${value.map((item) => space() + this.print(item) + space()).join(',') || space()}]`
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).map(
        ([key, item]) => `${space()}${JSON.stringify(key)}${space()}:${space()}${this.print(item)}${space()}`,
      )
      return `{${members.join(',') || space()}}`
    }
    return JSON.stringify(value)
  }
}
