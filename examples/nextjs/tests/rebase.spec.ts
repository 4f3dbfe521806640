// What somebody wrote in the editor of types, on top of what others saved meanwhile.

import { expect, test } from '@playwright/test'

import type { Definition, Field } from '../lib/definition'
import { rebase } from '../lib/rebase'

const title = { name: 'title', label: 'Title', type: 'text', required: true }
const body = { name: 'body', label: 'Body', type: 'richText' }
const of = (...fields: Field[]): Definition => ({ name: 'Article', fields })
const ordered = (...fields: Field[]) => fields.map((field, order) => ({ ...field, order }))

const BEFORE = of(title, body)
const HEADLINE = { ...title, label: 'Headline' }

for (const [what, mine, there, fields, both] of [
  ['each changed another field', of(HEADLINE, body), of(title), [HEADLINE], []],
  [
    'each changed another member of a field',
    of(HEADLINE, body),
    of({ ...title, required: false }, body),
    [{ ...HEADLINE, required: false }, body],
    [],
  ],
  ['both said the same', of(HEADLINE, body), of(HEADLINE, body), [HEADLINE, body], []],
  [
    'both changed the same',
    of(HEADLINE, body),
    of({ ...title, label: 'Heading' }, body),
    [HEADLINE, body],
    ['Heading: label is Heading there'],
  ],
  ['one removed what the other left', of(title), of(HEADLINE, body), [HEADLINE], []],
  [
    'one removed what the other changed',
    of(body),
    of(HEADLINE, body),
    [HEADLINE, body],
    ['Headline was changed there, so it is back'],
  ],
  [
    'one changed what the other removed',
    of(HEADLINE, body),
    of(body),
    [body, HEADLINE],
    ['Headline was removed there; yours would add it again'],
  ],
  [
    'each added a field',
    of(title, body, { name: 'lead', type: 'text' }),
    of(title, body, { name: 'topic', type: 'tags' }),
    [title, body, { name: 'topic', type: 'tags' }, { name: 'lead', type: 'text' }],
    [],
  ],
] as [string, Definition, Definition, Field[], string[]][]) {
  test(what, () => {
    const found = rebase(BEFORE, mine, { ...there, description: 'Theirs' })
    expect(found.both).toEqual(both)
    expect(found.definition).toEqual({
      name: 'Article',
      description: 'Theirs',
      fields: ordered(...fields),
    })
  })
}
