/** Open conflicts between a studio's database and a folder of files: as many as there are types. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import Database from 'better-sqlite3'

/** The label that both sides change. */
const LABEL =
  /"label": "((?:text|textarea|richText|select|boolean|date|number|image|url) 0 of \d+)"/

/** Has both sides agree, change the label of each type's first field apart, and tell of it. */
export async function openConflicts(engine, { database, directory }) {
  succeeded(await engine.synchronize())
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath ?? entry.path, entry.name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(LABEL, '"label": "There $1"'))
  }
  const studio = new Database(database)
  studio.exec(
    `UPDATE ContentType SET fields = json_set(fields, '$.fields[0].label', 'Here ' || id)`,
  )
  studio.close()
  await engine.synchronize()
  const conflicts = []
  for (let more = true; more;) {
    const page = await engine.listConflicts({ limit: 1000, offset: conflicts.length })
    conflicts.push(...page.conflicts)
    more = page.hasMore
  }
  return conflicts
}

function succeeded({ job }) {
  if (job.status !== 'completed') throw new Error(`it ended ${job.status}: ${job.error}`)
}
