// Which of several open conflicts belongs to what a deployment says of a type.

import { expect, test } from '@playwright/test'

import { conflictOf, withTargetOf } from '../lib/conflicts'

const HERE = 'optimizely:one.example:1'
const THERE = 'optimizely:other.example:2'
const FOLDER = 'files:model'

/** Of one key in two websites, and with three targets; newest first. */
const OPEN = [
  { typeKey: 'Article', websiteId: 'museum', target: THERE },
  { typeKey: 'Article', websiteId: 'shop', target: HERE },
  { typeKey: 'Article', websiteId: 'museum', target: HERE },
  { typeKey: 'Article', websiteId: 'museum', target: FOLDER },
]

for (const [providerId, target, websiteId, at] of [
  ['optimizely', HERE, 'museum', 2],
  ['optimizely', HERE, 'shop', 1],
  ['optimizely', THERE, 'museum', 0],
  ['files', FOLDER, 'museum', 3],
  ['files', FOLDER, 'shop', undefined],
  // A deployment that only recorded a conflict does not tell where it went.
  ['files', undefined, 'museum', 3],
  ['optimizely', undefined, 'shop', 1],
] as const) {
  test(`of ${websiteId} with ${target ?? providerId}`, () => {
    const open = withTargetOf({ providerId, target }, OPEN)
    const expected = at === undefined ? undefined : OPEN[at]
    expect(conflictOf({ typeKey: 'Article', websiteId }, open)).toBe(expected)
  })
}
