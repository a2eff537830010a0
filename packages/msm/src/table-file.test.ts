import { expect, test } from 'vitest'
import { openEngine } from './engine.ts'
import { differentPoints, encodePoints, encodeScalars, scalarsFrom } from './points.fixture.ts'
import { HEADER_BYTES } from './table-file.ts'

const POINTS = differentPoints('g1', 40)
const SCALARS = encodeScalars(POINTS.map(scalarsFrom(7n)))

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return new Uint8Array(Buffer.concat(all))
}

async function exported(points = POINTS) {
  const engine = await openEngine()
  const bases = await engine.loadBases('g1', encodePoints('g1', points))
  const before = await engine.msm(bases, SCALARS.subarray(0, 32 * points.length))
  const summary = await engine.buildTable(bases, 1)
  return { engine, bases, before, summary, bytes: await collect(engine.exportTable(bases)) }
}

test.each([1, 7, 1000, 2 ** 20])(
  'a table goes out and in again, in parts of %i bytes, and gives the same sums',
  async (size) => {
    const { bytes, before, summary } = await exported()
    const other = await openEngine()
    const bases = await other.loadBases('g1', encodePoints('g1', POINTS))
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    expect(await other.importTable(bases, parts)).toEqual(summary)
    expect(await other.msm(bases, SCALARS)).toEqual(before)
    // And once more from there: the points' digest is the same with a table as without.
    expect(await collect(other.exportTable(bases))).toEqual(bytes)
    bases.free()
  },
)

test('refuses what was damaged, wherever it was, and leaves the points as they were', async () => {
  const { bytes, before } = await exported(POINTS.slice(0, 3))
  const other = await openEngine()
  const bases = await other.loadBases('g1', encodePoints('g1', POINTS.slice(0, 3)))
  const refused = { code: 'MSM_TABLE_REFUSED' }
  const places = [
    ...Array(HEADER_BYTES).keys(),
    HEADER_BYTES + 1,
    bytes.length >> 1,
    bytes.length - 33,
    bytes.length - 1,
  ]
  for (const place of places) {
    const spoilt = bytes.slice()
    spoilt[place]! ^= 1
    await expect(other.importTable(bases, [spoilt]), `byte ${place}`).rejects.toMatchObject(refused)
  }
  for (const length of [0, 1, HEADER_BYTES - 1, HEADER_BYTES, bytes.length - 32, bytes.length - 1])
    await expect(other.importTable(bases, [bytes.subarray(0, length)]), `${length} bytes`).rejects.toMatchObject(
      refused,
    )
  await expect(other.importTable(bases, [bytes, new Uint8Array(1)])).rejects.toMatchObject(refused)
  expect(await other.msm(bases, SCALARS.subarray(0, 96))).toEqual(before)
  await other.importTable(bases, [bytes])
  expect(await other.msm(bases, SCALARS.subarray(0, 96))).toEqual(before)
  bases.free()
})

test('refuses a table of other points, or of fewer', async () => {
  const { bytes } = await exported()
  const other = await openEngine()
  for (const points of [POINTS.toReversed(), POINTS.slice(1)]) {
    const bases = await other.loadBases('g1', encodePoints('g1', points))
    await expect(other.importTable(bases, [bytes])).rejects.toMatchObject({ code: 'MSM_TABLE_REFUSED' })
    bases.free()
  }
})

test('there must be a table to export', async () => {
  const engine = await openEngine()
  const bases = await engine.loadBases('g1', encodePoints('g1', POINTS))
  await expect(collect(engine.exportTable(bases))).rejects.toMatchObject({ code: 'MSM_NO_TABLE' })
  bases.free()
})
