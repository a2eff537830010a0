/**
 * Writes the unrolled field kernels in AssemblyScript. Every function works on quads (layout.ts); `K` is the address of the
 * field's constants and `S` that of the thread's scratch memory, both globals of the module.
 *
 * A product of 20 × 20 limbs is summed by columns: `dot(a_i, b)` adds a_2i·b_k-2i + a_2i+1·b_k-2i-1 in one instruction, so an
 * odd column reads b's pairs swapped, an even one the pairs that straddle two vectors. The Montgomery reduction finds two
 * quotient digits a step. Two streams are reduced in turn: one alone would wait for its own carries.
 *
 * Bounds: with normalized × raw operands a column stays below 20·2^12·2^13 + (reduction) 20·2^13·2^12 < 2^31; kernels say
 * which operands may be raw.
 * @module
 */
import { CONSTANT, ELEMENT_BYTES, LIMB_BITS, LIMBS, QUAD_BYTES, SCRATCH, VECTORS } from './layout.ts'

const COLUMNS = 2 * LIMBS - 1
const COLUMN_BYTES = 16 * 40
const QUOTIENT_BYTES = 16 * VECTORS

type Vector = (index: number) => string

const load = (pointer: string, offset: number): string => `v128.load(${pointer}, ${offset})`
const constant = (index: number): string => load('k', 16 * index)
const quad =
  (pointer: string): Vector =>
  (index) =>
    load(pointer, 16 * index)
const sum =
  (a: string, b: string): Vector =>
  (index) =>
    `i16x8.add(${load(a, 16 * index)}, ${load(b, 16 * index)})`
const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** The 39 columns of a product; `store` says what becomes of column k, which is in `c`. */
function product(name: string, a: Vector, b: Vector, store: (column: number) => string): string[] {
  const lines: string[] = []
  for (const i of indices(VECTORS)) lines.push(`let ${name}b${i} = ${b(i)};`)
  for (const i of indices(VECTORS)) {
    const own = `${name}b${i}`
    const swapped = `i8x16.shuffle(${own}, ${own}, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)`
    lines.push(`v128.store(s, ${swapped}, ${SCRATCH.CROSS + 16 * i});`)
  }
  for (const i of indices(VECTORS + 1)) {
    const low = i < VECTORS ? `${name}b${i}` : 'zero'
    const high = i > 0 ? `${name}b${i - 1}` : 'zero'
    const cross = `i16x8.shuffle(${low}, ${high}, 0, 9, 2, 11, 4, 13, 6, 15)`
    lines.push(`v128.store(s, ${cross}, ${SCRATCH.CROSS + 16 * (VECTORS + i)});`)
  }
  for (const i of indices(VECTORS)) lines.push(`let ${name}a${i} = ${a(i)};`)
  for (const column of indices(COLUMNS)) {
    const odd = column % 2
    const terms = indices(VECTORS).flatMap((i) => {
      const j = (column - odd) / 2 - i
      if (j < 0 || j > (odd ? VECTORS - 1 : VECTORS)) return []
      return [`i32x4.dot_i16x8_s(${name}a${i}, ${load('s', SCRATCH.CROSS + 16 * (odd ? j : VECTORS + j))})`]
    })
    lines.push(`c = ${terms[0]};`)
    for (const term of terms.slice(1)) lines.push(`c = i32x4.add(c, ${term});`)
    lines.push(store(column))
  }
  return lines
}

const columnOffset = (stream: number, column: number): number => SCRATCH.COLUMNS + stream * COLUMN_BYTES + 16 * column
const storeColumn =
  (stream: number) =>
  (column: number): string =>
    `v128.store(s, c, ${columnOffset(stream, column)});`

/** The Montgomery reduction of two sets of columns side by side, to normalized quads at `targets`. */
function reduceTwo(targets: readonly [string, string]): string[] {
  const lines = [
    `const mask = ${constant(CONSTANT.MASK)}, inverse = ${constant(CONSTANT.INVERSE)}, half = ${constant(CONSTANT.HALF)};`,
    'let p: v128, q: v128;',
  ]
  const both = (line: (stream: number) => string): void => {
    for (const stream of [0, 1]) lines.push(line(stream))
  }
  const quotient = (stream: number, index: number): number => SCRATCH.QUOTIENTS + stream * QUOTIENT_BYTES + 16 * index
  both((n) => `let u${n}: v128, v${n}: v128, m${n}: v128, low${n}: v128, high${n}: v128, carry${n}: v128 = zero;`)

  /** Adds what the quotient digits found so far (from pair `first` on) contribute to columns 2t and 2t + 1. */
  const addQuotients = (t: number, first: number, end: number): void => {
    for (let i = first; i < end; i++) {
      const j = 2 * (t - i)
      if (j > LIMBS) continue
      lines.push(`p = ${constant(CONSTANT.MODULUS_CROSS + j)};`)
      if (j < LIMBS) lines.push(`q = ${constant(CONSTANT.MODULUS_CROSS + j + 1)};`)
      // The newest pair is still in a register.
      const isNewest = i === t - 1 && t < VECTORS
      if (!isNewest) both((n) => `m${n} = ${load('s', quotient(n, i))};`)
      const m = isNewest ? 'newest' : 'm'
      both((n) => `u${n} = i32x4.add(u${n}, i32x4.dot_i16x8_s(${m}${n}, p));`)
      if (j < LIMBS) both((n) => `v${n} = i32x4.add(v${n}, i32x4.dot_i16x8_s(${m}${n}, q));`)
    }
  }
  both((n) => `let newest${n}: v128 = zero;`)
  for (const t of indices(VECTORS)) {
    both((n) => `u${n} = ${load('s', columnOffset(n, 2 * t))}; v${n} = ${load('s', columnOffset(n, 2 * t + 1))};`)
    addQuotients(t, 0, t)
    both((n) => `u${n} = i32x4.add(u${n}, carry${n});`)
    both((n) => `low${n} = v128.and(i16x8.mul(u${n}, inverse), mask);`)
    lines.push(`p = ${constant(CONSTANT.MODULUS_CROSS)}; q = ${constant(CONSTANT.MODULUS_CROSS + 1)};`)
    both((n) => `carry${n} = i32x4.shr_s(i32x4.add(u${n}, i32x4.dot_i16x8_s(low${n}, p)), ${LIMB_BITS});`)
    both((n) => `v${n} = i32x4.add(i32x4.add(v${n}, i32x4.dot_i16x8_s(low${n}, q)), carry${n});`)
    both((n) => `high${n} = v128.and(i16x8.mul(v${n}, inverse), mask);`)
    both((n) => `carry${n} = i32x4.shr_s(i32x4.add(v${n}, i32x4.dot_i16x8_s(high${n}, p)), ${LIMB_BITS});`)
    both((n) => `newest${n} = v128.or(low${n}, i32x4.shl(high${n}, 16));`)
    both((n) => `v128.store(s, newest${n}, ${quotient(n, t)});`)
  }
  // What is left is the result: carries are rounded to the nearest, so that limbs come out balanced.
  lines.push(`const halfPair = ${constant(CONSTANT.HALF_PAIR)}, halfLow = ${constant(CONSTANT.HALF_LOW)};`)
  for (const o of indices(VECTORS)) {
    const t = VECTORS + o
    const isLast = o === VECTORS - 1
    both((n) => `u${n} = ${load('s', columnOffset(n, 2 * t))};`)
    both((n) => `v${n} = ${isLast ? 'zero' : load('s', columnOffset(n, 2 * t + 1))};`)
    addQuotients(t, o, VECTORS)
    both((n) => `u${n} = i32x4.add(i32x4.add(u${n}, half), carry${n});`)
    both((n) => `v${n} = i32x4.add(v${n}, i32x4.shr_s(u${n}, ${LIMB_BITS}));`)
    if (!isLast) {
      both((n) => `v${n} = i32x4.add(v${n}, half);`)
      both((n) => `carry${n} = i32x4.shr_s(v${n}, ${LIMB_BITS});`)
    }
    // The highest limb keeps its sign and whatever is above.
    const high = (n: number): string => (isLast ? `v${n}` : `v128.and(v${n}, mask)`)
    const pair = (n: number): string => `v128.or(v128.and(u${n}, mask), i32x4.shl(${high(n)}, 16))`
    both((n) => `v128.store(${targets[n]}, i16x8.sub(${pair(n)}, ${isLast ? 'halfLow' : 'halfPair'}), ${16 * o});`)
  }
  return lines
}

/** Stores x_0 … x_9 at `target` after taking the modulus off as often as it goes in, to the nearest, and one round of carries. */
function normalize(target: string, x: Vector): string[] {
  const lines = indices(VECTORS).map((i) => `let x${i} = ${x(i)};`)
  const top = `x${VECTORS - 1}`
  lines.push(
    `const highest = i16x8.shuffle(${top}, ${top}, 1, 1, 3, 3, 5, 5, 7, 7);`,
    `const times = i16x8.q15mulr_sat_s(highest, ${constant(CONSTANT.QUOTIENT)});`,
    `const halfPair = ${constant(CONSTANT.HALF_PAIR)};`,
    'let carry: v128, before: v128 = zero;',
  )
  for (const i of indices(VECTORS)) {
    lines.push(`x${i} = i16x8.sub(x${i}, i16x8.mul(times, ${constant(CONSTANT.MODULUS_PAIR + i)}));`)
    lines.push(`carry = i16x8.shr_s(i16x8.add(x${i}, halfPair), ${LIMB_BITS});`)
    if (i === VECTORS - 1) lines.push('carry = v128.and(carry, i32x4.splat(0xffff));')
    lines.push(
      `x${i} = i16x8.add(i16x8.sub(x${i}, i16x8.shl(carry, ${LIMB_BITS})), v128.or(i32x4.shl(carry, 16), i32x4.shr_u(before, 16)));`,
      `v128.store(${target}, x${i}, ${16 * i});`,
      'before = carry;',
    )
  }
  return lines
}

const HEAD = 'const k = K, s = S, zero = i32x4.splat(0);'

function define(signature: string, doc: string, lines: readonly string[], head = `${HEAD} let c: v128;`): string {
  return `/** ${doc} */\nexport function ${signature}: void {\n  ${head}\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

/** Four 32-bit vectors a0 … a3 to their transposed b0 … b3. */
const TRANSPOSE = [
  'const t0 = i32x4.shuffle(a0, a1, 0, 4, 1, 5), t1 = i32x4.shuffle(a0, a1, 2, 6, 3, 7);',
  'const t2 = i32x4.shuffle(a2, a3, 0, 4, 1, 5), t3 = i32x4.shuffle(a2, a3, 2, 6, 3, 7);',
  'const b0 = i64x2.shuffle(t0, t2, 0, 2), b1 = i64x2.shuffle(t0, t2, 1, 3);',
  'const b2 = i64x2.shuffle(t1, t3, 0, 2), b3 = i64x2.shuffle(t1, t3, 1, 3);',
]

function gather(): string[] {
  const lines: string[] = []
  for (const block of [0, 1]) {
    lines.push('{')
    for (const n of indices(4)) lines.push(`const a${n} = ${load(`p${n}`, 16 * block)};`)
    lines.push(...TRANSPOSE)
    for (const n of indices(4)) lines.push(`v128.store(target, ${signed(`b${n}`)}, ${64 * block + 16 * n});`)
    lines.push('}')
  }
  for (const n of indices(4)) lines.push(`const a${n} = v128.load64_zero(p${n}, 32);`)
  lines.push(...TRANSPOSE.slice(0, 2).map((line) => line.replace(/, t\d = .*;/, ';')))
  lines.push('const b0 = i64x2.shuffle(t0, t2, 0, 2), b1 = i64x2.shuffle(t0, t2, 1, 3);')
  for (const n of indices(2)) lines.push(`v128.store(target, ${signed(`b${n}`)}, ${128 + 16 * n});`)
  return lines
}

/** Negates the lanes whose sign is all ones. */
const signed = (x: string): string => `i16x8.sub(v128.xor(${x}, sign), sign)`

function scatter(): string[] {
  const lines: string[] = []
  for (const block of [0, 1]) {
    lines.push('{')
    for (const n of indices(4)) lines.push(`const a${n} = ${load('source', 64 * block + 16 * n)};`)
    lines.push(...TRANSPOSE)
    for (const n of indices(4)) lines.push(`v128.store(p${n}, b${n}, ${16 * block});`)
    lines.push('}')
  }
  lines.push(`const a0 = ${load('source', 128)}, a1 = ${load('source', 144)};`)
  lines.push('const t0 = i32x4.shuffle(a0, a1, 0, 4, 1, 5), t1 = i32x4.shuffle(a0, a1, 2, 6, 3, 7);')
  lines.push('v128.store64_lane(p0, t0, 0, 32); v128.store64_lane(p1, t0, 1, 32);')
  lines.push('v128.store64_lane(p2, t1, 0, 32); v128.store64_lane(p3, t1, 1, 32);')
  return lines
}

/** Returns the AssemblyScript source of kernels.ts. */
export function kernelSource(): string {
  const combine = (column: number): string => {
    const [first, second] = [columnOffset(0, column), columnOffset(1, column)]
    return [
      `p0 = ${load('s', first)}; p1 = ${load('s', second)};`,
      `v128.store(s, i32x4.sub(p0, p1), ${first}); v128.store(s, i32x4.sub(i32x4.sub(c, p0), p1), ${second});`,
    ].join(' ')
  }
  const half = (pointer: string): string => `${pointer} + ${QUAD_BYTES}`
  return [
    '// Generated by packages/msm/wasm/kernels.ts. Do not edit.',
    '/** Address of the field that the kernels work in. */\nexport let K: usize = 0;',
    "/** Address of this thread's scratch memory. */\nexport let S: usize = 0;",
    'export function setField(address: usize): void { K = address; }',
    'export function setScratch(address: usize): void { S = address; }',
    define(
      'mul2(target: usize, a: usize, b: usize, target2: usize, a2: usize, b2: usize)',
      'Two quads of products: target = a·b, target2 = a2·b2. One factor of each may be raw, or both for a square of raws.',
      [
        ...product('x', quad('a'), quad('b'), storeColumn(0)),
        ...product('y', quad('a2'), quad('b2'), storeColumn(1)),
        ...reduceTwo(['target', 'target2']),
      ],
    ),
    define(
      'mulExtension(target: usize, a: usize, b: usize)',
      'A quad of products in the quadratic extension (i² = -1) by Karatsuba. b may be raw.',
      [
        'let p0: v128, p1: v128;',
        ...product('x', quad('a'), quad('b'), storeColumn(0)),
        ...product('y', quad(half('a')), quad(half('b')), storeColumn(1)),
        // Sums wrap modulo 2^32; the difference that is left fits.
        ...product('z', sum('a', half('a')), sum('b', half('b')), combine),
        ...reduceTwo(['target', half('target')]),
      ],
    ),
    define(
      'addNormalized(target: usize, a: usize, b: usize)',
      'target = a + b, normalized and near zero. Both within ±8 moduli.',
      normalize('target', (i) => `i16x8.add(${load('a', 16 * i)}, ${load('b', 16 * i)})`),
      HEAD,
    ),
    define(
      'subNormalized(target: usize, a: usize, b: usize)',
      'target = a - b, normalized and near zero.',
      normalize('target', (i) => `i16x8.sub(${load('a', 16 * i)}, ${load('b', 16 * i)})`),
      HEAD,
    ),
    define(
      'subTwoNormalized(target: usize, a: usize, b: usize, c: usize)',
      'target = a - b - c, normalized and near zero.',
      normalize(
        'target',
        (i) => `i16x8.sub(i16x8.sub(${load('a', 16 * i)}, ${load('b', 16 * i)}), ${load('c', 16 * i)})`,
      ),
      HEAD,
    ),
    define(
      'subRaw(target: usize, a: usize, b: usize)',
      'target = a - b, raw.',
      indices(VECTORS).map(
        (i) => `v128.store(target, i16x8.sub(${load('a', 16 * i)}, ${load('b', 16 * i)}), ${16 * i});`,
      ),
      '',
    ),
    define(
      'addRaw(target: usize, a: usize, b: usize)',
      'target = a + b, raw.',
      indices(VECTORS).map(
        (i) => `v128.store(target, i16x8.add(${load('a', 16 * i)}, ${load('b', 16 * i)}), ${16 * i});`,
      ),
      '',
    ),
    define(
      'gatherElement(target: usize, p0: usize, p1: usize, p2: usize, p3: usize, sign: v128)',
      `Four elements of ${ELEMENT_BYTES} bytes to a quad; lanes whose sign is all ones are negated.`,
      gather(),
      '',
    ),
    define(
      'scatterElement(source: usize, p0: usize, p1: usize, p2: usize, p3: usize)',
      'A quad to four elements.',
      scatter(),
      '',
    ),
  ].join('\n\n')
}
