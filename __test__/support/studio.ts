import Database from 'better-sqlite3'

/** The studio's tables that the engine reads, as its migrations make them. */
const TABLES = `
CREATE TABLE "Website" (
  "id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "description" TEXT, "category" TEXT NOT NULL,
  "metadata" TEXT, "icon" TEXT, "settings" TEXT, "isActive" BOOLEAN NOT NULL DEFAULT true,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "ContentType" (
  "id" TEXT NOT NULL PRIMARY KEY, "websiteId" TEXT NOT NULL, "name" TEXT NOT NULL,
  "fields" TEXT NOT NULL, "settings" TEXT,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL,
  CONSTRAINT "ContentType_websiteId_fkey" FOREIGN KEY ("websiteId") REFERENCES "Website" ("id")
    ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE "ContentItem" (
  "id" TEXT NOT NULL PRIMARY KEY, "contentTypeId" TEXT NOT NULL, "websiteId" TEXT NOT NULL,
  "data" TEXT NOT NULL, "status" TEXT NOT NULL DEFAULT 'draft',
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL,
  "metadata" TEXT, "publishedAt" DATETIME, "slug" TEXT,
  CONSTRAINT "ContentItem_contentTypeId_fkey" FOREIGN KEY ("contentTypeId")
    REFERENCES "ContentType" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
`

/** When everything in the studio was made, in milliseconds. */
export const MADE_AT = Date.UTC(2025, 7, 1)

/** Makes a studio with one website `site_1` and types `Type 1`, `Type 2` …, of two fields each. */
export function makeStudio(path: string, types: number): void {
  const database = new Database(path)
  try {
    database.exec(TABLES)
    database
      .prepare(
        `INSERT INTO "Website" ("id","name","category","createdAt","updatedAt") VALUES (?,?,?,?,?)`,
      )
      .run('site_1', 'Site', 'blog', MADE_AT, MADE_AT)
    const insert = database.prepare(
      `INSERT INTO "ContentType" ("id","websiteId","name","fields","createdAt","updatedAt") VALUES (?,?,?,?,?,?)`,
    )
    database.transaction(() => {
      for (let at = 1; at <= types; at++) {
        insert.run(`ct_${at}`, 'site_1', `Type ${at}`, fieldsOf(at), MADE_AT, MADE_AT)
      }
    })()
  } finally {
    database.close()
  }
}

function fieldsOf(at: number): string {
  return JSON.stringify({
    name: `Type ${at}`,
    pluralName: `Type ${at}s`,
    icon: 'doc',
    description: 'A type',
    fields: [
      { id: 'f1', name: 'title', label: 'Title', type: 'text', required: true, order: 0 },
      { id: 'f2', name: 'body', label: 'Body', type: 'richText', required: false, order: 1 },
    ],
    relationships: [],
  })
}

/** Changes rows of a studio, as the studio itself would. */
export function edit(path: string, sql: string, ...values: unknown[]): void {
  const database = new Database(path)
  try {
    database.prepare(sql).run(...values)
  } finally {
    database.close()
  }
}
