import Database from 'better-sqlite3'

import { TABLES } from '../../examples/demo/tables.mjs'

/** The types that are there from the beginning and stay; the colleague describes these. */
export const LASTING = ['Article', 'Event', 'Person', 'Place', 'Recipe', 'Story']

/** A studio whose people lose nothing among themselves: each edit is one transaction. */
export class Studio {
  #database

  constructor(path) {
    this.path = path
    this.#database = new Database(path)
    this.#database.exec(TABLES)
    this.#run(
      `INSERT INTO "Website" ("id","name","category","createdAt","updatedAt") VALUES ('site','Site','blog',1,1)`,
    )
    for (const name of LASTING) this.add(name)
  }

  /** Adds a type; its row has the id of its name. */
  add(name) {
    const field = (id, label, type) => ({ id, name: id, label, type, required: false })
    const fields = [field('title', 'Title', 'text'), field('shared', 'Shared', 'text')]
    this.#run(
      `INSERT INTO "ContentType" ("id","websiteId","name","fields","settings","createdAt","updatedAt") VALUES (?,'site',?,?,'{}',?,?)`,
      name,
      name,
      JSON.stringify({ name, description: '', fields, relationships: [] }),
      Date.now(),
      Date.now(),
    )
  }

  remove(id) {
    this.#run('DELETE FROM "ContentType" WHERE "id" = ?', id)
  }

  /** Gives a field another label; tells whether the type was there. */
  label(id, name, label) {
    return this.#database
      .transaction(() => {
        const row = this.#one('SELECT "fields" FROM "ContentType" WHERE "id" = ?', id)
        if (row === undefined) return false
        const definition = JSON.parse(row.fields)
        const field = definition.fields.find((one) => one.name === name)
        if (field === undefined) return false
        field.label = label
        const change = 'UPDATE "ContentType" SET "fields" = ?, "updatedAt" = ? WHERE "id" = ?'
        this.#run(change, JSON.stringify(definition), Date.now(), id)
        return true
      })
      .immediate()
  }

  /** Every type, by the id of its row. */
  types() {
    const rows = this.#database.prepare('SELECT "id", "name", "fields" FROM "ContentType"').all()
    return new Map(rows.map(({ id, name, fields }) => [id, { name, ...JSON.parse(fields) }]))
  }

  /** Whether SQLite finds both files whole. */
  isSound() {
    const check = (database) => database.pragma('integrity_check', { simple: true }) === 'ok'
    const memory = new Database(`${this.path}.catalyst-sync`)
    try {
      return check(this.#database) && check(memory)
    } finally {
      memory.close()
    }
  }

  #one(sql, ...values) {
    return this.#database.prepare(sql).get(...values)
  }

  #run(sql, ...values) {
    this.#database.prepare(sql).run(...values)
  }
}
