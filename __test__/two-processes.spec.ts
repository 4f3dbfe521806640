import { writeFileSync } from 'node:fs'

import Database from 'better-sqlite3'

import { SyncEngine, type DeploymentResult } from '..'
import { Bench, job, provider } from './support/bench'
import { describeClient } from './support/client'
import { environment, node } from './support/script'
import { edit, MADE_AT } from './support/studio'

/** Types that the studio has at first, of each website. */
const TYPES = 4

/** Deployments that each engine has to bring to their end. */
const ROUNDS = 5

/** How often a deployment may find its scope taken before its process counts as starved. */
const PATIENCE = 400

/** Far more than a process takes on a busy machine, in milliseconds. */
const LONGEST = 120_000

/**
 * The studio: a Prisma client that writes as long as an engine is at work. What it wrote last to each
 * type is printed at the end.
 */
const WRITER = `
  const { existsSync } = require('node:fs')
  const { PrismaClient } = require('@prisma/client')
  const { PrismaBetterSQLite3 } = require('@prisma/adapter-better-sqlite3')
  const url = process.env.DATABASE_URL
  const adapter = new PrismaBetterSQLite3({ url }, { timestampFormat: 'unixepoch-ms' })
  const prisma = new PrismaClient({ adapter })
  const main = async () => {
    const labels = {}
    const made = []
    let missed = 0
    for (let at = 0; at < 40 || !existsSync(process.argv[1]); at++) {
      const types = await prisma.contentType.findMany({ where: { id: { startsWith: 'ct_' } } })
      const { id, fields: before } = types[at % types.length]
      const definition = JSON.parse(before)
      definition.fields[0].label = 'Label ' + at
      const data = { fields: JSON.stringify(definition) }
      // What came home meanwhile is not written over.
      const { count } = await prisma.contentType.updateMany({ where: { id, fields: before }, data })
      if (count === 1) labels[id] = 'Label ' + at
      else missed++
      if (at % 10 === 5 && made.length < 40) {
        const websiteId = 'site_' + (1 + (made.length % 2))
        const name = 'New ' + made.length
        const fields = JSON.stringify({ name, fields: [{ id: 'f1', name: 'title', label: name, type: 'text' }] })
        made.push((await prisma.contentType.create({ data: { websiteId, name, fields } })).id)
      }
      if (at % 3 === 0) {
        const [contentTypeId, websiteId] = [id, types[at % types.length].websiteId]
        await prisma.contentItem.create({ data: { contentTypeId, websiteId, data: '{}' } })
      }
      await new Promise((resolve) => setTimeout(resolve, made.length > 40 ? 50 : 5))
    }
    const items = await prisma.contentItem.count()
    await prisma.$disconnect()
    console.log(JSON.stringify({ labels, made, items, missed }))
  }
  main()`

/** An engine that deploys in both directions again and again, and prints how it went. */
const DEPLOYER = `
  const { SyncEngine } = require('./index.js')
  const [name, websiteId, rounds, patience] = process.argv.slice(1)
  const engine = new SyncEngine({ requestsPerMinute: 100000, cacheTtlMs: 0 })
  const main = async () => {
    const codes = {}
    let ended = 0
    let waited = 0
    while (ended < Number(rounds) && waited < Number(patience)) {
      const id = name + '-' + ended + '-' + waited
      const job = { id, websiteId, status: 'pending', progress: 0, startedAt: new Date(), logs: [],
        options: { mode: ended % 2 ? 'push' : 'bidirectional' } }
      const { job: last, outcomes } = await engine.startDeployment(job, 'optimizely', () => {}).done
      const code = last.errorInfo?.code
      if (code === 'DEPLOYMENT_IN_PROGRESS' || code === 'DATABASE_BUSY') {
        waited++
        await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40))
        continue
      }
      ended++
      for (const one of [code, ...outcomes.map(({ error }) => error?.code)]) {
        if (one) codes[one] = (codes[one] ?? 0) + 1
      }
    }
    await engine.close()
    console.log(JSON.stringify({ ended, waited, codes }))
  }
  main()`

interface Written {
  labels: Record<string, string>
  made: string[]
  items: number
}

interface Row {
  id: string
  name: string
  fields: string
}

function rows(path: string): Row[] {
  const database = new Database(path, { readonly: true })
  try {
    return database
      .prepare('SELECT id, name, fields FROM ContentType ORDER BY rowid')
      .all() as Row[]
  } finally {
    database.close()
  }
}

function integrity(path: string): unknown {
  const database = new Database(path)
  try {
    return database.pragma('integrity_check', { simple: true })
  } finally {
    database.close()
  }
}

/** A second website, with types of its own. */
function secondWebsite(path: string): void {
  edit(
    path,
    `INSERT INTO Website (id, name, category, createdAt, updatedAt) VALUES ('site_2', 'Other', 'blog', ?, ?)`,
    MADE_AT,
    MADE_AT,
  )
  edit(
    path,
    `INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
     SELECT replace(id, 'ct_', 'ct_b'), 'site_2', 'Second ' || name, replace(fields, 'Type ', 'Second Type '), createdAt, updatedAt
     FROM ContentType`,
  )
}

/** A colleague describes types on the platform, until told to stop. */
async function describeTypes(bench: Bench, keys: string[], isOver: () => boolean) {
  const said: Record<string, string> = {}
  for (let at = 0; !isOver(); at++) {
    const key = keys[at % keys.length] ?? ''
    const description = `Told ${at}`
    await bench.platform.control('edit', { key, patch: { description } })
    said[key] = description
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  return said
}

const both = { mode: 'bidirectional' } as const

/** Deploys until nothing is left to do. */
async function settle(engine: SyncEngine): Promise<DeploymentResult> {
  for (let at = 0; ; at++) {
    const handle = engine.startDeployment(
      job({ id: `last-${at}`, options: both }),
      provider(),
      () => {},
    )
    const result = await handle.done
    expect(result.job.error).toBeUndefined()
    const isDone = result.outcomes.every(({ operation }) => operation === 'none')
    if (isDone || at === 5) return result
  }
}

describeClient('a Prisma client and two engines, each in a process of its own', () => {
  test.each([
    ['on one scope', ['site_1', 'site_1']],
    ['on two scopes', ['site_1', 'site_2']],
    ['on all of them', ['', '']],
  ])(
    '%s: nothing is lost, and nobody starves',
    async (name, websites) => {
      const bench = await Bench.open({
        types: TYPES,
        latencyMs: 2,
        options: { requestsPerMinute: 100_000, cacheTtlMs: 0 },
      })
      const database = bench.folder.file('dev.db')
      secondWebsite(database)
      await settle(bench.engine)
      const keys = (await bench.platform.keys('')).filter((key) => /Type/.test(key))
      expect(keys).toHaveLength(2 * TYPES)

      const stop = bench.folder.file('stop')
      const env = environment(bench)
      let isOver = false
      const writing = node(['-e', WRITER, stop], env, LONGEST)
      const told = describeTypes(bench, keys, () => isOver)
      const deploying = websites.map((websiteId, at) =>
        node(['-e', DEPLOYER, `engine${at}`, websiteId, `${ROUNDS}`, `${PATIENCE}`], env, LONGEST),
      )
      const deployed = await Promise.all(deploying)
      writeFileSync(stop, '')
      const writer = await writing
      isOver = true
      const said = await told

      // Prisma waited for locks, and never in vain.
      expect(writer).toMatchObject({ code: 0, signal: null, stderr: '' })
      for (const ended of deployed) {
        expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
        expect(JSON.parse(ended.stdout)).toMatchObject({ ended: ROUNDS })
      }
      const { labels, made, items } = JSON.parse(writer.stdout) as Written
      const result = await settle(bench.engine)
      expect(result.outcomes.map(({ typeKey, error }) => [typeKey, error])).toEqual([])

      const { types } = (await bench.platform.control('state?version=v1')) as {
        types: Record<
          string,
          {
            displayName: string
            description?: string
            properties: { title: { displayName: string } }
          }
        >
      }
      const stored = rows(database)
      expect(stored).toHaveLength(2 * TYPES + made.length)
      const own = Object.values(types).filter((type) =>
        stored.some((row) => row.name === type.displayName),
      )
      expect(own).toHaveLength(stored.length)
      for (const { id, name, fields } of stored) {
        const definition = JSON.parse(fields) as {
          description?: string
          fields: { label: string }[]
        }
        const [key, type] = Object.entries(types).find(([, one]) => one.displayName === name) ?? []
        if (!key || !type) throw new Error(`${name} is not on the platform`)
        const title = type.properties.title
        expect(title.displayName).toBe(definition.fields[0]?.label)
        if (labels[id]) expect(title.displayName).toBe(labels[id])
        if (said[key])
          expect([type.description, definition.description]).toEqual([said[key], said[key]])
      }
      const counted = new Database(database, { readonly: true })
      expect(counted.prepare('SELECT count(*) AS items FROM ContentItem').get()).toEqual({ items })
      counted.close()

      expect(await bench.engine.listConflicts({})).toMatchObject({ total: 0 })
      expect(await bench.engine.verifyHistory()).toMatchObject({ ok: true })
      expect(await bench.engine.recover()).toMatchObject({ runs: [], left: [] })
      expect(await bench.platform.violations()).toEqual([])
      const files = [database, `${database}.catalyst-sync`]
      expect(files.map(integrity)).toEqual(['ok', 'ok'])
      await bench.close()
    },
    2 * LONGEST,
  )
})
