// What the engine says to programs, as people read it on the pages.

import { expect, test } from '@playwright/test'

import { given } from '../lib/custom-value'
import { placeWords, plainWords } from '../lib/words'

for (const [said, read] of [
  [
    'changed on both sides: /properties/title/maxLength, /displayName; decide which holds',
    'changed on both sides: title: max length, label; decide which holds',
  ],
  [
    'gone from the platform, and left in the studio; pull with allowDelete to delete it',
    'gone from the platform, and left in the studio; confirm it by its name in the review',
  ],
  [
    'the change loses content; deploy with allowDataLoss to accept it',
    'the change loses content; confirm it by its name in the review',
  ],
  ['the change waits for allowDataLoss', 'the change waits until you confirm it by its name'],
  [
    'roll back without preserveData false to leave it as it is',
    'tick that the studio keeps its edits to leave it as it is',
  ],
  ['POST /v1/contenttypes was refused', 'POST /v1/contenttypes was refused'],
] as const) {
  test(said, () => expect(plainWords(said)).toBe(read))
}

for (const [path, read] of [
  ['/fields/title/extra/validation~1maxLength', 'title: max length'],
  ['/properties/title', 'title'],
  ['', 'the whole type'],
] as const) {
  test(`the place ${path}`, () => expect(placeWords(path)).toBe(read))
}

for (const [text, asked, value] of [
  ['180', { isNumber: true, least: 1 }, { value: 180 }],
  ['-1.5', { isNumber: true }, { value: -1.5 }],
  ['', { isNumber: false }, { problem: 'Write a value' }],
  ['0', { isNumber: true, least: 1 }, { problem: 'This should be a whole number, at least 1' }],
] as const) {
  test(`the value ${text} of ${JSON.stringify(asked)}`, () =>
    expect(given(text, asked)).toEqual(value))
}
