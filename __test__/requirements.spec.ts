// docs/requirements.md leaves out no requirement, and names only what there is.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as sync from '..'
import { ROOT } from './support/script'

const PAGE = readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8')

/** The ids of the requirements, which are not part of this repository. */
const IDS = [
  ...numbered('REQ-SYNC-', 1, 4),
  ...numbered('REQ-CHANGE-', 1, 4),
  ...numbered('REQ-CONFLICT-', 1, 4),
  ...numbered('REQ-PROTECT-', 1, 4),
  ...numbered('REQ-PERF-', 1, 4),
  ...numbered('REQ-REL-', 1, 4),
  ...numbered('REQ-SEC-', 1, 4),
  ...numbered('REQ-USE-', 1, 4),
  ...numbered('F-', 0, 11),
  ...Array.from({ length: 10 }, (_, at) => `6.${at + 1}`),
]

/** The rows of all tables, but for their heads: id or heading, what, where, tests, otherwise. */
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (id|story|heading) /.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

/** How many criteria each story has. */
const CRITERIA = 4

test('every requirement, feature and story is there once', () => {
  const found = ROWS.flatMap(
    ([first]) => /^(REQ-\w+-\d+|F-\d+|6\.\d+)/.exec(first ?? '')?.[0] ?? [],
  )
  expect(found).toEqual(IDS)
})

test('every story has its criteria', () => {
  const stories = ROWS.slice(ROWS.findIndex(([first]) => first?.startsWith('6.1 ')))
  const criteria = stories.slice(
    0,
    stories.findIndex(([first]) => first === 'Compatibility'),
  )
  expect(criteria).toHaveLength(10 * CRITERIA)
})

test('every row says where it lives and what tests it', () => {
  const incomplete = ROWS.filter(
    ([, what, where, tests]) => !what || !where?.includes('`') || !tests?.includes('`'),
  )
  expect(incomplete).toEqual([])
  expect(ROWS.filter((row) => row.length !== 5)).toEqual([])
})

test('every file and test that is named exists', () => {
  const places = ROWS.flatMap(([, , where, tests]) => [...coded(where), ...coded(tests)])
  expect(places.flatMap(missing)).toEqual([])
  expect(places.length).toBeGreaterThan(ROWS.length * 2)
})

test('what is named as a test is one', () => {
  const named = ROWS.flatMap(([, , , tests]) => coded(tests))
  expect(
    named.filter((place) => !/^(tests\/.+\.rs|(__test__|examples)\/.+\.spec\.ts)/.test(place)),
  ).toEqual([])
})

/** Why a place does not exist: a file, `file::test`, `file › test`, `call()`, or a name. */
function missing(place: string): string[] {
  const [call] = /^\w+(?=\(\)$)/.exec(place) ?? []
  if (call !== undefined) return call in sync ? [] : [`${place} is no function`]
  const [path = '', test] = place.split(/::| › /)
  if (!/[./]/.test(path) || path.startsWith('SyncEngine.')) return []
  if (!existsSync(join(ROOT, path))) return [`${path} does not exist`]
  if (test === undefined) return []
  const text = readFileSync(join(ROOT, path), 'utf8')
  const known = path.endsWith('.rs')
    ? new RegExp(`\\b${test}\\b`).test(text)
    : ["'", '`', '"'].some((quote) => text.includes(`(${quote}${test}${quote}`))
  return known ? [] : [`${path} has no test '${test}'`]
}

function coded(cell: string | undefined): string[] {
  return Array.from(cell?.matchAll(/`([^`]+)`/g) ?? [], ([, text]) => text ?? '')
}

function numbered(prefix: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => {
    return `${prefix}${String(first + at).padStart(3, '0')}`
  })
}
