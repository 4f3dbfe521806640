// Where the versions of a graph stand.

import { expect, test } from '@playwright/test'

import { lanesOf } from '../components/versions/lanes'

/** Versions newest first, each with its parents: `c b a` is c, made from b and a. */
const placed = (...lines: string[]) =>
  lines.map((line) => {
    const [hash = '', ...parents] = line.split(' ')
    return { hash, parents }
  })

const CASES: [name: string, versions: string[], lane: number[], width: number][] = [
  ['nothing', [], [], 0],
  ['one line', ['c b', 'b a', 'a'], [0, 0, 0], 1],
  ['two heads', ['c a', 'b a', 'a'], [0, 1, 0], 2],
  ['a merge', ['d c b', 'c a', 'b a', 'a'], [0, 0, 1, 0], 2],
  ['two merges, one after the other', ['e d c', 'd b', 'c b', 'b a', 'a'], [0, 0, 1, 0, 0], 2],
  ['a parent that is gone', ['b gone', 'a'], [0, 0], 1],
  ['a lane that is free again', ['e d', 'd c b', 'b a', 'c a', 'a'], [0, 0, 1, 0, 0], 2],
]

for (const [name, versions, lane, width] of CASES) {
  test(name, () => {
    expect(lanesOf(placed(...versions))).toMatchObject({ lane, width })
  })
}

test('each version is joined with its parents', () => {
  const { edges } = lanesOf(placed('c b a', 'b a', 'a'))
  expect(edges).toEqual([
    { from: 0, to: 1 },
    { from: 0, to: 2 },
    { from: 1, to: 2 },
  ])
})
