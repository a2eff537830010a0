/**
 * What fields and messages are called in C. Names of profiles have neither underscores nor capitals that meet, so no two
 * become one.
 * @module
 */

/** Words of C99, C++ and the headers that generated files include. */
const TAKEN = new Set(
  `alignas alignof and asm auto bitand bitor bool break case catch char class compl const constexpr continue decltype
   default delete do double else enum explicit export extern false float for friend goto if inline int long mutable
   namespace new noexcept not nullptr operator or private protected public register restrict return short signed sizeof
   static struct switch template this throw time true try typedef typeid typename union unix linux unsigned using virtual
   void volatile wchar while xor assert errno stdin stdout stderr`.split(/\s+/),
)

/** Returns a field's name in C: windSpeed is wind_speed, and int is int_. */
export function cName(name: string): string {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return TAKEN.has(snake) ? `${snake}_` : snake
}

/** Returns the prefix of a message's functions: ioc_weather_station. */
export const messagePrefix = (profileName: string): string => `ioc_${profileName.replaceAll('-', '_')}`

/** Returns the name of a message's type in TypeScript: WeatherStation. */
export const typeName = (profileName: string): string =>
  profileName
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

/** Returns a text as a literal of C. It has no line breaks. */
export const cText = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, '\\$&')
    .replace(/\?(?=\?)/g, '?""')
    .replace(
      /[^ -~]+/g,
      (odd) => `${[...Buffer.from(odd)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}`,
    )}"`

/** Returns a text that may stand in a comment of C. */
export const cComment = (text: string): string => text.replaceAll('*/', '* /').replaceAll('/*', '/ *')
