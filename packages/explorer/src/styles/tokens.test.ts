import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')

/** Returns the light and the dark colour of `name`. */
function colours(name: string): [string, string] {
  const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css)
  expect(match, name).not.toBeNull()
  return [match![1]!, match![2]!]
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

const SURFACES = ['ground', 'surface', 'raised', 'hover']
const PAIRS = [
  ...['text', 'muted', 'accent', 'good'].flatMap((text) => SURFACES.map((surface) => [text, surface])),
  ...['bad'].flatMap((text) => ['ground', 'surface', 'hover'].map((surface) => [text, surface])),
  ...['accent', 'good', 'warm', 'bad'].map((tone) => [tone, `${tone}-soft`]),
  // The skip link's text on its ground.
  ['surface', 'accent'],
] as [string, string][]

test.each(PAIRS)('%s can be read on %s, light and dark', (text, surface) => {
  const [lightText, darkText] = colours(text)
  const [lightSurface, darkSurface] = colours(surface)
  expect(contrast(lightText, lightSurface)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(darkText, darkSurface)).toBeGreaterThanOrEqual(4.5)
})
