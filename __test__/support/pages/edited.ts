// A studio and a platform that agreed once, and what people did on both sides since.

import { writeFileSync } from 'node:fs'

import { edit, MADE_AT } from '../studio'
import type { Project } from './project'

interface Field {
  name: string
  label: string
  type: string
  required?: boolean
  validation?: { maxLength: number }
}

const TITLE: Field = { name: 'title', label: 'Title', type: 'text' }
const PUBLISHED_ON: Field = { name: 'publishedOn', label: 'Published on', type: 'date' }
const NAME: Field = { name: 'name', label: 'Name', type: 'text', validation: { maxLength: 120 } }

/** Names of the rows that a project begins with, and what they are made to. */
const BEFORE = { ct_1: ['Article', [TITLE, PUBLISHED_ON]], ct_2: ['Author', [NAME]] } as const

/** An article loses a field and gets a headline, an event comes, an author is edited on both sides. */
export async function editOnBothSides(project: Project): Promise<void> {
  const database = project.file('dev.db')
  const put = (id: string, name: string, fields: readonly Field[]) =>
    edit(
      database,
      `INSERT OR REPLACE INTO "ContentType" ("id","websiteId","name","fields","createdAt","updatedAt")
       VALUES (?, 'site_1', ?, ?, ?, ?)`,
      ...[id, name, definitionOf(name, fields), MADE_AT, MADE_AT],
    )
  for (const [id, [name, fields]] of Object.entries(BEFORE)) put(id, name, fields)
  put('ct_3', 'Room', [NAME])
  const config = { provider: { id: 'optimizely', config: { environment: 'production' } } }
  writeFileSync(project.file('catalyst-sync.config.json'), JSON.stringify(config))
  expect(await project.type('catalyst-sync deploy --yes')).toMatchObject({ code: 0 })

  put('ct_1', 'Article', [{ ...TITLE, label: 'Headline' }])
  put('ct_2', 'Author', [{ ...NAME, validation: { maxLength: 140 } }])
  put('ct_4', 'Event', [{ ...TITLE, required: true, validation: { maxLength: 80 } }])
  for (let at = 1; at <= 24; at++) {
    edit(
      database,
      `INSERT INTO "ContentItem" ("id","contentTypeId","websiteId","data","createdAt","updatedAt")
       VALUES (?, 'ct_1', 'site_1', '{}', ?, ?)`,
      ...[`item_${at}`, MADE_AT, MADE_AT],
    )
  }
  const patch = { properties: { name: { maxLength: 200 } } }
  await project.bench.platform.control('edit', { key: 'Author', patch })
}

function definitionOf(name: string, fields: readonly Field[]): string {
  const ordered = fields.map((field, order) => ({ id: `field_${field.name}`, ...field, order }))
  return JSON.stringify({
    name,
    pluralName: `${name}s`,
    icon: '',
    fields: ordered,
    relationships: [],
  })
}
