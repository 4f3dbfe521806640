const { lanesOf } = require('../face/report/lanes.js')
const { markup } = require('../face/report/markup.js')
const { Room } = require('../face/report/room.js')
const { rowsOf } = require('../face/report/sides.js')
const { cut, duration, size, valueText } = require('../face/report/text.js')
const { compareWords } = require('../face/report/words.js')

const many = (words: number) => Array.from({ length: words }, (_, at) => at).join(' ')

/** How parts are written down here. */
const SIGNS = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const

test.each([
  ['too short', 'a b c d', 'a b c e', undefined],
  [
    'one word',
    'one two three four five',
    'one two 3 four five',
    'one two [-three-]{+3+} four five',
  ],
  [
    'at the end',
    'one two three four five',
    'one two three four five six',
    'one two three four five{+ six+}',
  ],
  ['at the beginning', 'one two three four five', 'two three four five', undefined],
  [
    'before others',
    'one two three four five six',
    'two three four five six',
    '[-one -]two three four five six',
  ],
  ['little in common', 'one two three four five', 'six seven eight nine ten', undefined],
  ['long', many(399), `${many(399)} more`, `${many(399)}{+ more+}`],
  ['too long', many(401), `${many(401)} more`, undefined],
  ['no text', 5, 'one two three four five', undefined],
])('word by word: %s', (_, before, after, told) => {
  const parts: { kind: keyof typeof SIGNS; text: string }[] | null = compareWords(before, after)
  const written = parts?.map(({ kind, text }) => `${SIGNS[kind][0]}${text}${SIGNS[kind][1]}`)
  expect(written?.join('')).toBe(told)
})

/** A history, the oldest first: each version with its parents. */
const history = (...versions: string[]) =>
  versions.map((text) => {
    const [hash, ...parents] = text.split(' ')
    return { hash, parents }
  })

interface Line {
  from: number
  to: number
}

test.each([
  ['a line', history('a', 'b a', 'c b'), ['c@0  | 0-0', 'b@0 0-0 | 0-0', 'a@0 0-0 | ']],
  [
    'a merge',
    history('a', 'b a', 'c a', 'd b c'),
    ['d@0  | 0-0 0-1', 'c@1 0-0 1-1 | 0-0 1-1', 'b@0 0-0 1-1 | 1-1 0-0', 'a@0 0-0 1-0 | '],
  ],
  ['two heads', history('a', 'b a', 'c a'), ['c@0  | 0-0', 'b@1 0-0 | 0-0 1-1', 'a@0 0-0 1-0 | ']],
  ['a parent that is gone', history('b gone', 'c b'), ['c@0  | 0-0', 'b@0 0-0 | 0-0']],
])('lanes of %s', (_, versions, told) => {
  const lines = (all: Line[]) => all.map(({ from, to }) => `${from}-${to}`).join(' ')
  const rows: { version: { hash: string }; lane: number; above: Line[]; below: Line[] }[] =
    lanesOf(versions)
  expect(
    rows.map(
      ({ version, lane, above, below }) =>
        `${version.hash}@${lane} ${lines(above)} | ${lines(below)}`,
    ),
  ).toEqual(told)
})

test.each([
  ['text', 'text'],
  ['', '(empty text)'],
  [true, 'yes'],
  [false, 'no'],
  [0, '0'],
  [null, 'null'],
  [['a', 'b'], 'a, b'],
  [[], '(empty list)'],
  [{ type: 'string' }, 'string'],
  [{ type: 'array', items: { type: 'string' } }, '{"type":"array","items":{"type":"string"}}'],
  ['x'.repeat(2001), `${'x'.repeat(2000)} … (1 more character)`],
])('the value %j is read as %s', (value, text) => {
  expect(valueText(value)).toBe(text)
})

test.each([
  [duration(66.4), '66 ms'],
  [duration(2_449), '2.4 s'],
  [duration(185_000), '3 min 5 s'],
  [duration(3_599_900), '60 min 0 s'],
  [size(1), '1 byte'],
  [size(14_812), '14.8 kB'],
  [size(2_500_000), '2.5 MB'],
  [cut('ab😀cd', 3), 'ab … (4 more characters)'],
])('%s', (text, expected) => {
  expect(text).toBe(expected)
})

test('a template escapes what it is given, and keeps what templates made', () => {
  const list = ['<', markup`<b>${'&'}</b>`, undefined, null, false, 0]
  expect(String(markup`<i title="${`"'`}">${list}</i>`)).toBe(
    '<i title="&quot;&#39;">&lt;<b>&amp;</b>0</i>',
  )
})

test('a type that is gone on one side is told as a whole', () => {
  const conflict = { fields: [{ path: '', ancestor: { a: 1 }, remote: { a: 2 } }], autoMerged: [] }
  expect(rowsOf({ conflict })).toEqual([
    {
      path: '',
      property: undefined,
      attribute: 'the whole type',
      ancestor: true,
      studio: undefined,
      platform: true,
      by: 'both',
      suggestion: undefined,
      waits: false,
    },
  ])
})

test('once a page is full, it says so', () => {
  const room = new Room(5)
  const shown = ['four', 'five', 'six'].map((text) => String(room.fill(() => markup`${text}`)))
  expect(shown).toEqual(['four', 'five', expect.stringContaining('Left out')])
})
