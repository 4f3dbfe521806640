// A type on several sides, row by row.

import { expect, test } from '@playwright/test'

import { rowsOf } from '../lib/sides'

const type = (properties: object) => ({ displayName: 'Room', properties })
const floor = { displayName: 'Floor', type: { type: 'integer' }, required: true }

/** What is told of each property: `!` for what differs. */
const told = (...sides: unknown[]) =>
  rowsOf(sides).map(({ property, differs, cells }) => [
    `${property}${differs ? '!' : ''}`,
    ...cells.map(
      (cell) =>
        cell?.map(({ words, differs }) => `${words}${differs ? '!' : ''}`).join(', ') ?? '–',
    ),
  ])

const CASES: [name: string, sides: unknown[], rows: string[][]][] = [
  [
    'gone on one side, changed on the other',
    [type({ floor }), undefined, type({ floor: { ...floor, displayName: 'Storey' } })],
    [
      ['null', 'label: Room', 'label: Room'],
      ['floor!', 'label: Floor, integer, required', 'label: Storey!, integer, required'],
    ],
  ],
  [
    'a property more, and one less',
    [type({ floor }), type({ wing: { type: { type: 'string' } } }), null],
    [
      ['null', 'label: Room', 'label: Room'],
      ['floor!', 'label: Floor, integer, required', '–'],
      ['wing!', '–', 'string!'],
    ],
  ],
  [
    'a trait that is taken away',
    [type({ floor }), type({ floor: { ...floor, required: undefined } })],
    [
      ['null', 'label: Room', 'label: Room'],
      ['floor!', 'label: Floor, integer, required', 'label: Floor, integer, no required!'],
    ],
  ],
  ['one side alone', [undefined, type({})], [['null', 'label: Room']]],
]

for (const [name, sides, rows] of CASES) {
  test(name, () => expect(told(...sides)).toEqual(rows))
}
