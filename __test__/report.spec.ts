import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

import { SyncEngine } from '..'
import { Bench, job, provider } from './support/bench'
import { attribute, Page, textOf } from './support/page'
import { environment, ROOT } from './support/script'
import { edit } from './support/studio'

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 4, options: { cacheTtlMs: 0, maxAttempts: 1 } })
})
afterEach(() => bench.close())

const sql = (text: string, ...values: unknown[]) =>
  edit(bench.folder.file('dev.db'), text, ...values)

/** Sets a value in the definition of a type, as the studio would. */
function set(type: string, path: string, value: unknown): void {
  const text = `UPDATE "ContentType" SET "fields" = json_set("fields", ?, json(?)) WHERE "id" = ?`
  sql(text, path, JSON.stringify(value), type)
}

const theirs = (key: string, patch: object) =>
  bench.platform.control('edit', { version: 'v1', key, patch })

const page = async (options?: Parameters<SyncEngine['renderReport']>[0]) =>
  new Page(await bench.engine.renderReport(options))

/** The first thing that the page tells. */
const leadOf = (shown: Page) =>
  shown
    .all('p')
    .filter((one) => attribute(one, 'class') === 'lead')
    .map(textOf)
    .join()

const LONG =
  'What the paper prints on its front page and inside, written by the staff of the harbour'

/** Type 1 in conflict, Type 2 moved here, Type 3 there, Type 4 gone from the studio, Type 5 new. */
async function everySide(): Promise<void> {
  set('ct_2', '$.description', LONG)
  await bench.deploy({ id: 'first' }).handle.done
  set('ct_1', '$.fields[0].label', 'Here')
  await theirs('Type1', {
    properties: { title: { displayName: 'There' }, body: { displayName: 'Text' } },
  })
  set('ct_2', '$.description', LONG.replace('harbour', 'port'))
  await theirs('Type3', { properties: { title: { displayName: 'Headline' } } })
  sql(`DELETE FROM "ContentType" WHERE "id" = 'ct_4'`)
  sql(`INSERT INTO "ContentType" SELECT 'ct_5', "websiteId", 'Type 5', replace("fields", 'Type 3', 'Type 5'),
       "settings", "createdAt", "updatedAt" FROM "ContentType" WHERE "id" = 'ct_3'`)
}

test('the numbers of the page are those of detectChanges', async () => {
  await everySide()
  const shown = await page()
  const { summary } = await bench.engine.detectChanges()
  expect(summary).toMatchObject({ total: 4, created: 1, updated: 1, deleted: 1, conflicts: 1 })
  const counts = [...shown.by('data-count')].map(([name, cell]) => [name, Number(textOf(cell))])
  expect(Object.fromEntries(counts)).toEqual(summary)
  const sides = [...shown.by('data-side')].map(([name, cell]) => [name, Number(textOf(cell))])
  expect(Object.fromEntries(sides)).toEqual({ studio: 3, both: 1, platform: 1, same: 0 })
})

test('each type is told on three sides, property by property', async () => {
  await everySide()
  const shown = await page()
  const head = ['Property', 'Last agreed', 'Studio', 'Optimizely', 'Moved by']
  expect(shown.rowsOfType('Type 1')).toEqual([
    head,
    ['body'],
    ['displayName', 'Body', 'Body', 'Text', 'Optimizely'],
    ['title'],
    ['displayName', 'Title', 'Here', 'There', 'both: conflict'],
  ])
  expect(shown.rowsOfType('Type 3')).toEqual([
    head,
    ['title'],
    ['displayName', 'Title', 'Title', 'Headline', 'Optimizely'],
  ])
  expect(shown.rowsOfType('Type 5')[0]).toEqual(['Property', 'Attributes'])
  const words = ['del', 'ins'].map((tag) => shown.all(tag).map(textOf))
  expect(words).toEqual([['harbour'], ['port']])
  expect(shown.rowsBelow('At stake').slice(1)).toEqual([
    ['Type 4', 'lossy', '0', 'waits for allowDelete'],
  ])
})

test('what is held back is told with what it waits for', async () => {
  await bench.deploy({ id: 'first' }).handle.done
  set('ct_1', '$.fields[0].validation', { pattern: '[^]' })
  sql(
    `UPDATE "ContentType" SET "fields" = json_remove("fields", '$.fields[1]') WHERE "id" = 'ct_2'`,
  )
  set('ct_3', '$.fields[0].validation', { pattern: '[^]' })
  sql(
    `UPDATE "ContentType" SET "fields" = json_remove("fields", '$.fields[1]') WHERE "id" = 'ct_3'`,
  )
  const told = async (options?: object) =>
    (await page(options))
      .rowsBelow('At stake')
      .slice(1)
      .map(([type, , , waits]) => `${type} ${waits?.split(' /')[0]}`)
  expect(await told()).toEqual([
    'Type 1 waits for bypassValidation',
    'Type 2 waits for allowDataLoss',
    'Type 3 waits for allowDataLoss and bypassValidation',
  ])
  expect(await told({ allowDataLoss: true })).toEqual([
    'Type 1 waits for bypassValidation',
    'Type 2 would be carried out',
    'Type 3 waits for bypassValidation',
  ])
})

test('a deployment is told with what became of each type, and when', async () => {
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }
  await bench.platform.control('faults', { add: [strike] })
  const { outcomes } = await bench.deploy({ id: 'half' }).handle.done
  const shown = await page({ deploymentId: 'half' })
  expect(shown.all('h1').map(textOf)).toEqual(['Deployment half'])
  expect(leadOf(shown)).toMatch(
    /^It was carried out in part, in [^:]+: 3 types sent, 1 did not go\. /,
  )
  const told = shown.rowsBelow('What became of each type').slice(1)
  expect(told.map(([type, operation, result]) => [type, operation, result])).toEqual([
    ['Type 2', 'create', '✕failed'],
    ['Type 1', 'create', '✓success'],
    ['Type 3', 'create', '✓success'],
    ['Type 4', 'create', '✓success'],
  ])
  expect(told).toHaveLength(outcomes.length)
  const steps = shown.rowsBelow('Timeline').map(([step]) => step)
  expect(steps.filter((step) => step?.endsWith(' create, Optimizely'))).toHaveLength(
    (await bench.engine.getSyncHistory({ deploymentId: 'half' })).total,
  )
  expect(steps.filter((step) => !step?.endsWith(' create, Optimizely'))).toEqual([
    'Step',
    'Reading the studio',
    'Reading the platform',
    'Comparing and planning',
    'Types',
    'Verifying',
  ])
})

test('a type of which a part went is told as sent, and a rollback is told with what it undid', async () => {
  await bench.deploy({ id: 'first' }).handle.done
  set('ct_1', '$.fields[0].label', 'Here')
  set('ct_1', '$.fields[1].label', 'Text')
  await theirs('Type1', { properties: { title: { displayName: 'There' } } })
  await bench.deploy({ id: 'half' }).handle.done
  const shown = await page({ deploymentId: 'half' })
  const types = '1 type sent, and a part of it waits for a decision'
  expect(leadOf(shown)).toContain(`: ${types}. Now: `)
  expect(shown.rowsBelow('What became of each type').at(-1)?.slice(0, 3)).toEqual([
    'Type 1',
    'update',
    '!in part',
  ])
  const comment = await bench.engine.renderReport({ deploymentId: 'half', format: 'markdown' })
  expect(comment).toContain('| `Type 1` | update | **in part** |')
  expect(shown.source).not.toContain('0 succeeded')

  const undone = /It was rolled back at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./
  expect(leadOf(shown)).not.toMatch(undone)
  await bench.engine.rollbackDeployment('half', { dryRun: true }).done
  expect(leadOf(await page({ deploymentId: 'half' }))).not.toMatch(undone)
  await bench.engine.rollbackDeployment('half').done
  expect(leadOf(await page({ deploymentId: 'half' }))).toMatch(undone)
})

test('of a deployment that was resumed, the latest run is told', async () => {
  const strike = { when: { method: 'POST', key: 'Type2' }, what: { kind: 'status', status: 422 } }
  await bench.platform.control('faults', { add: [strike] })
  await bench.deploy({ id: 'half' }).handle.done
  await bench.engine.resumeDeployment('half', () => {}).done
  const steps = (await page({ deploymentId: 'half' })).rowsBelow('Timeline').map(([step]) => step)
  expect(steps.filter((step) => step?.includes(' create, '))).toEqual(['Type2 create, Optimizely'])
})

test('versions are drawn with their merges', async () => {
  await everySide()
  await bench.deploy({ id: 'second' }).handle.done
  const { conflicts } = await bench.engine.listConflicts({ status: 'pending' })
  await bench.engine.resolveConflicts(conflicts, { strategy: 'target_wins' })
  await bench.deploy({ id: 'third', options: { mode: 'bidirectional' } }).handle.done
  const tree = await bench.engine.getVersionTree('Type1')
  const merges = tree.versions.filter(({ parents }) => parents.length === 2)
  expect(merges.length).toBeGreaterThan(0)
  set('ct_1', '$.fields[0].label', 'Later')
  const shown = await page({ contentTypeKeys: ['Type1'] })
  const drawn = shown.all('circle').map((circle) => attribute(circle, 'class'))
  expect(drawn).toHaveLength(tree.versions.length)
  expect(drawn.filter((name) => name === 'merge')).toHaveLength(merges.length)
  expect([...shown.by('title').keys()]).toEqual(
    expect.arrayContaining(tree.versions.map(({ hash }) => hash)),
  )
})

test.each([
  ['what differs', undefined],
  ['a deployment', 'first'],
])('the page of %s is well formed, and can be used without seeing it', async (_, deploymentId) => {
  await everySide()
  const shown = await page({ deploymentId, title: 'Release 7' })
  const [root] = shown.all('html')
  expect(root && attribute(root, 'lang')).toBe('en')
  expect([...shown.all('title'), ...shown.all('h1')].map(textOf)).toEqual([
    'Release 7',
    'Release 7',
  ])
  expect(['header', 'nav', 'main', 'footer'].map((tag) => shown.all(tag).length)).toEqual([
    1, 1, 1, 1,
  ])
  const levels = shown.elements.flatMap(({ tagName }) => /^h(\d)$/.exec(tagName)?.[1] ?? [])
  const jumps = levels.filter((level, at) => at > 0 && Number(level) > Number(levels[at - 1]) + 1)
  expect(jumps).toEqual([])
  const ids = shown.elements.flatMap((element) => attribute(element, 'id') ?? [])
  expect(ids).toEqual([...new Set(ids)])
  const links = shown.all('a').map((link) => attribute(link, 'href'))
  expect(links.filter((link) => !ids.includes(link?.slice(1) ?? ''))).toEqual([])
  for (const head of shown.all('thead')) expect(textOf(head)).not.toBe('')
  const unnamed = shown
    .all('svg')
    .filter((svg) => attribute(svg, 'aria-hidden') !== 'true' && !attribute(svg, 'aria-label'))
  expect(unnamed).toEqual([])
})

test('the page runs nothing, loads nothing, and allows no style but its own', async () => {
  await everySide()
  const shown = await page({ deploymentId: 'first' })
  expect(['script', 'link', 'img', 'iframe', 'object'].flatMap((tag) => shown.all(tag))).toEqual([])
  const named = new Set(shown.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name)))
  expect([...named].filter((name) => /^on|^src|^style$/.test(name))).toEqual([])
  const [style] = shown.all('style')
  const [content] = style?.childNodes ?? []
  const text = content && 'value' in content ? content.value : ''
  const policy = shown.by('http-equiv').get('Content-Security-Policy')
  expect(policy && attribute(policy, 'content')).toBe(
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(text).digest('base64')}'; base-uri 'none'; form-action 'none'`,
  )
})

test('unchanged types are counted, and many types are cut with a count', async () => {
  await bench.deploy().handle.done
  const small = await page()
  expect(small.source.length).toBeLessThan(16_000)
  expect(small.source).toContain('4 unchanged types.')
  expect(small.all('h1').length).toBe(1)
  sql(
    `INSERT INTO "ContentType"
       SELECT 'ct_' || value, "websiteId", 'Type ' || value, replace("fields", 'Type 1', 'Type ' || value),
         "settings", "createdAt", "updatedAt"
       FROM "ContentType" AS one, json_each(?) WHERE one."id" = 'ct_1'`,
    JSON.stringify(Array.from({ length: 601 }, (_, at) => at + 5)),
  )
  const large = await page()
  expect(large.all('h4')).toHaveLength(500)
  expect(large.source).toContain('And 101 more types')
  const comment = await bench.engine.renderReport({ format: 'markdown' })
  expect(comment.length).toBeLessThanOrEqual(65_536)
  const folded = comment.match(/<details>/gu)?.length ?? 0
  expect(comment).toContain(`And ${601 - folded} more types, which the full report shows.`)
})

test('a comment tells the same in Markdown', async () => {
  await everySide()
  const comment = await bench.engine.renderReport({ format: 'markdown', title: 'Preview' })
  const lines = comment.split('\n')
  expect(lines.slice(0, 7)).toEqual([
    '## Preview',
    '',
    '5 of 5 types differ. 1 waits for a decision, because both sides changed the same property.',
    '',
    '| New | Changed | Gone | In conflict | Changed on Optimizely only | Unchanged | Not compared |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    '| 1 | 1 | 1 | 1 | 1 | 0 | 0 |',
  ])
  expect(lines).toContain('| `Type 1` | `title` displayName | `Title` | `Here` | `There` |  |')
  expect(lines).toContain('| `title` displayName | `Title` | `Title` | `Headline` | Optimizely |')
})

test('annotations are commands of the runner, errors first', async () => {
  await everySide()
  const { conflicts } = await bench.engine.planDeployment()
  const lines = (await bench.engine.renderReport({ format: 'github' })).trimEnd().split('\n')
  expect(lines.slice(0, 3)).toEqual([
    `::error title=Type 1::changed on both sides: /properties/title/displayName; decide ${conflicts[0]?.id}`,
    '::warning title=Type4::gone from the studio, and left on the platform; deploy with allowDelete to delete it (DELETE_REFUSED)',
    '::notice title=What differs between the studio and Optimizely::5 of 5 types differ. 1 waits for a decision, because both sides changed the same property.',
  ])
  for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) title=[^:,]+::\S.*$/u)
})

test('the code of docs/report.md does what it says', async () => {
  await bench.deploy({ id: 'deploy-1' }).handle.done
  const index = pathToFileURL(join(ROOT, 'index.mjs')).href
  const text = readFileSync(join(ROOT, 'docs/report.md'), 'utf8')
  const blocks = [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, code = '']) => code)
  const printed = []
  for (const [at, block] of blocks.entries()) {
    const script = bench.folder.file(`block-${at}.mjs`)
    writeFileSync(script, block.replace("'catalyst-sync'", JSON.stringify(index)))
    const options = { cwd: bench.folder.path, env: { ...process.env, ...environment(bench) } }
    const { stdout } = await promisify(execFile)(process.execPath, [script], options)
    printed.push(stdout.trim())
  }
  const agree = 'The studio and Optimizely agree on all 4 types.'
  expect(printed).toEqual([
    '',
    `::notice title=What differs between the studio and Optimizely::${agree}`,
  ])
  const files = readdirSync(bench.folder.path).filter((name) => /html$|md$/.test(name))
  expect(files).toEqual(['comment.md', 'deployment.html', 'report.html'])
  for (const name of files) {
    expect(readFileSync(bench.folder.file(name), 'utf8')).toContain(agree)
  }
})

test('a deployment is reported even when the platform cannot be read, and what differs is not', async () => {
  await bench.deploy({ id: 'first' }).handle.done
  await bench.platform.stop()
  await expect(bench.engine.renderReport()).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
  const shown = await page({ deploymentId: 'first' })
  expect(shown.source).toContain('Where both sides stand now could not be read.')
  expect(shown.source).toContain('PLATFORM_UNREACHABLE')
  expect(shown.all('h2').map(textOf)).toEqual(['Deployment'])
})

test.each(['contentful', 'nobody'])(
  'a deployment to %s, where there is nothing, is reported',
  async (id) => {
    const lost = job({ id: 'lost', providerId: id })
    await bench.engine.startDeployment(lost, id as 'contentful', () => {}).done
    const shown = await page({ deploymentId: 'lost' })
    expect(shown.all('h2').map(textOf)).toEqual(['Deployment'])
  },
)

test('a deployment that was cancelled has no phase after its end', async () => {
  await bench.platform.control('behaviour', { latencyMs: 50 })
  const given = job({ id: 'given-up', options: { dryRun: true } })
  const handle = bench.engine.startDeployment(given, provider(), ({ id, logs }) => {
    if (logs.length > 1) bench.engine.cancelDeployment(id)
  })
  await handle.done
  const shown = await page({ deploymentId: 'given-up' })
  expect(shown.all('h1').map(textOf)).toEqual(['Deployment given-up'])
  expect(textOf(shown.all('p')[0]!)).toMatch(
    /^It was cancelled after \d+ ms\. It was a rehearsal: nothing was sent\. Now: /,
  )
  const times = shown
    .rowsBelow('Timeline')
    .slice(1)
    .flatMap(([, , began, took]) => [began, took])
  expect(times.filter((time) => !/^\d+ ms$/.test(time ?? ''))).toEqual([])
})

test('another process reports what it finds in the state, for whoever may only look', async () => {
  await bench.deploy({ id: 'first' }).handle.done
  const other = new SyncEngine(bench.options)
  const seen = await other.as({ id: 'guest' }).renderReport({ deploymentId: 'first' })
  const shown = new Page(seen)
  expect(shown.rowsBelow('What became of each type')).toHaveLength(5)
  expect(shown.rowsBelow('What was sent').slice(1, 3)).toEqual([
    ['baseType', '_component', 'the same'],
    ['description', 'A type', 'the same'],
  ])
  // Nothing differs, so each type's one version stands with what was sent of it.
  expect(shown.all('circle')).toHaveLength(4)
  await other.close()
})

test('a job that ran to a provider of its own is compared with that', async () => {
  const files = { ...provider({ directory: 'model' }), id: 'files' as const }
  const engine = new SyncEngine({ ...bench.options, filesRoot: bench.folder.path })
  const filed = job({ id: 'filed', providerId: 'files' })
  await engine.startDeployment(filed, files, () => {}).done
  const shown = new Page(await engine.renderReport({ deploymentId: 'filed', provider: files }))
  expect(shown.source).toContain('The studio and Files agree on all 4 types.')
  await engine.close()
})

test('timers that a test replaced do not hold a report up', async () => {
  const large = await Bench.open({ types: 200 })
  jest.useFakeTimers()
  try {
    expect(await large.engine.renderReport()).toContain('200 of 200 types differ.')
  } finally {
    jest.useRealTimers()
    await large.close()
  }
})

test.each([
  [{ format: 'pdf' }, 'options.format is "pdf", and should be html, markdown or github'],
  [{ format: 7 }, 'options.format is of type number, and should be a text'],
  [{ title: '' }, 'options.title is empty, and should be a text'],
  [{ deploymentId: {} }, 'options.deploymentId is of type object, and should be a text'],
  ['all', 'options is of type string, and should be an object'],
])('%j is refused', async (options, message) => {
  await expect(bench.engine.renderReport(options as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message,
  })
})

test('an unknown deployment is refused', async () => {
  await expect(bench.engine.renderReport({ deploymentId: 'no' })).rejects.toMatchObject({
    code: 'DEPLOYMENT_NOT_FOUND',
    message: 'no deployment has the id no',
  })
})
