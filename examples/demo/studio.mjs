import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import Database from 'better-sqlite3'

import { TABLES } from './tables.mjs'

/** A studio's database, used as the studio uses it. */
export class Studio {
  constructor(path) {
    this.path = path
  }

  /** Makes the database with websites, their content types and their content. */
  make(websites) {
    this.#open((database) => {
      database.exec(TABLES)
      const add = {
        website: database.prepare(
          'INSERT INTO "Website" ("id","name","category","createdAt","updatedAt") VALUES (?,?,?,?,?)',
        ),
        type: database.prepare(
          'INSERT INTO "ContentType" ("id","websiteId","name","fields","settings","createdAt","updatedAt") VALUES (?,?,?,?,?,?,?)',
        ),
        item: database.prepare(
          'INSERT INTO "ContentItem" ("id","contentTypeId","websiteId","data","createdAt","updatedAt") VALUES (?,?,?,?,?,?)',
        ),
      }
      const now = Date.now()
      database.transaction(() => {
        for (const { id: site, name, category, types } of websites) {
          add.website.run(site, name, category, now, now)
          for (const { id, name, fields, items } of types) {
            add.type.run(id, site, name, JSON.stringify(fields), '{}', now, now)
            for (let at = 1; at <= items; at++) {
              add.item.run(`${id}_${at}`, id, site, '{}', now, now)
            }
          }
        }
      })()
    })
  }

  /** Edits the definition of one content type, as its builder does. */
  edit(id, change) {
    const definition = this.definition(id)
    change(definition)
    this.#open((database) => {
      database
        .prepare('UPDATE "ContentType" SET "fields" = ?, "updatedAt" = ? WHERE "id" = ?')
        .run(JSON.stringify(definition), Date.now(), id)
    })
  }

  /** The definition of one content type, as it is stored. */
  definition(id) {
    let row
    this.#open((database) => {
      row = database.prepare('SELECT "fields" FROM "ContentType" WHERE "id" = ?').get(id)
    })
    return JSON.parse(row.fields)
  }

  /** A fingerprint of the whole file. */
  fingerprint() {
    return createHash('sha256').update(readFileSync(this.path)).digest('hex')
  }

  #open(act) {
    const database = new Database(this.path)
    try {
      act(database)
    } finally {
      database.close()
    }
  }
}
