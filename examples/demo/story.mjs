import { join, relative } from 'node:path'

import { SyncEngine } from '../../index.mjs'
import { ROOT } from '../../scripts/run.mjs'
import { showChangeSet } from './change-set.mjs'
import { deploy, OPTIMIZELY, showOutcomes } from './deployment.mjs'
import { differing, fingerprints } from './folder.mjs'
import { count, line, section, table } from './page.mjs'
import { cyan, dim } from './paint.mjs'
import { FakePlatform, writes } from './platform.mjs'
import { promise, promiseEqual } from './promise.mjs'
import { Studio } from './studio.mjs'
import { editOnBothSides } from './two-sides.mjs'
import { WEBSITES } from './websites.mjs'

/** How long the fake platform takes for an answer. */
const LATENCY_MS = 60

const TYPES = WEBSITES.flatMap(({ types }) => types)

/** Tells the main job from beginning to end. */
export async function tell({ folder, fake }) {
  const studio = new Studio(join(folder, 'dev.db'))
  const platform = await FakePlatform.start(fake)
  // As the studio's `.env.local` would say it.
  Object.assign(process.env, platform.environment)
  const engine = new SyncEngine({
    databaseUrl: `file:${studio.path}`,
    mapping: 'native',
    filesRoot: folder,
    updateIntervalMs: 20,
  })
  const model = join(folder, 'model')
  const files = { id: 'files', name: 'Files', config: { directory: model } }
  const report = join(folder, 'report.html')
  const scene = { studio, platform, engine, model, files, report }
  try {
    await platform.takeItsTime(LATENCY_MS)
    makeStudio(scene)
    await deployEverything(scene)
    await editOneType(scene)
    await deployTheEdit(scene)
    await deployNothing(scene)
    await editOnBothSides(scene)
    await sayWhatIsWhere(scene)
  } finally {
    await engine.close()
    await platform.stop()
  }
}

function makeStudio({ studio }) {
  section('A studio', 'its database, as the studio writes it')
  studio.make(WEBSITES)
  const rows = WEBSITES.map(({ name, writtenBy, types }) => [
    name,
    types.map((type) => type.name).join(', '),
    count(
      types.reduce((sum, { items }) => sum + items, 0),
      'content item',
    ),
    `by the ${writtenBy}`,
  ])
  table(rows, cyan, undefined, dim, dim)
}

async function deployEverything({ studio, platform, engine, model, files }) {
  const made = studio.fingerprint()

  section('Deploy to Optimizely', platform.origin)
  const { outcomes } = await deploy(engine, 'first', OPTIMIZELY)
  showOutcomes(outcomes)
  promiseEqual(
    `${count(TYPES.length, 'type')} created, one request each`,
    writes(await platform.requests()).map(({ method }) => method),
    TYPES.map(() => 'POST'),
  )

  section('Deploy to files', relative(ROOT, model))
  await deploy(engine, 'first-files', files)
  promiseEqual(
    `${count(TYPES.length, 'file')}, one per type, and catalyst-sync.json that names the folder`,
    [...fingerprints(model).keys()].sort(),
    [...outcomes.map(({ typeKey }) => `${typeKey}.json`), 'catalyst-sync.json'].sort(),
  )
  promise("the studio's own database: not a byte changed", studio.fingerprint() === made)
}

async function editOneType({ studio, engine }) {
  section('Someone edits one type in the studio')
  studio.edit('type_article', ({ fields: [title] }) => {
    title.label = 'Headline'
    title.validation.maxLength = 160
  })
  const changes = await engine.detectChanges({ provider: OPTIMIZELY, includeDetails: true })
  showChangeSet(changes)
  promise(
    'one type differs, and the engine says in what',
    changes.summary.total === 1 && changes.summary.unchanged === TYPES.length - 1,
    changes.summary,
  )
}

async function deployTheEdit({ platform, engine, model, files }) {
  section('Deploy again', 'only what changed')
  const before = await platform.types()
  const seen = (await platform.requests()).length
  const { outcomes } = await deploy(engine, 'second', OPTIMIZELY)
  showOutcomes(outcomes)
  const sent = writes((await platform.requests()).slice(seen))
  proveMinimal(sent, before, await platform.types())

  section('And the files')
  const held = fingerprints(model)
  await deploy(engine, 'second-files', files)
  promiseEqual('one file changed', differing(held, fingerprints(model)), ['Article.json'])
}

async function deployNothing({ studio, platform, engine }) {
  section('Once more, with nothing to do')
  const edited = studio.fingerprint()
  const seen = (await platform.requests()).length
  await deploy(engine, 'third', OPTIMIZELY)
  promiseEqual('no write', writes((await platform.requests()).slice(seen)), [])
  promiseEqual(
    'all requests and answers keep to the contract of the platform',
    await platform.violations(),
    [],
  )
  promise("the studio's own database: not a byte changed", studio.fingerprint() === edited)
}

async function sayWhatIsWhere({ studio, platform, model, report }) {
  section('What was written where')
  const requests = await platform.requests()
  const types = count(TYPES.length, 'content type')
  const sent = `${count(requests.length, 'request')}, ${writes(requests).length} of them writes`
  const state = `${studio.path}.catalyst-sync`
  const rows = [
    [relative(ROOT, studio.path), "the studio's: the engine wrote what was decided, nothing else"],
    [relative(ROOT, state), 'what the engine remembers: bases, journal, history'],
    [relative(ROOT, model), `${types} as files to read, edit and version`],
    [platform.origin, `${types}, ${sent}`],
    [relative(ROOT, report), 'what differed before the decision: open it in a browser'],
  ]
  table(rows, cyan)
  line()
}

/** Reads in the platform's log what was sent, and in its store what it did. */
function proveMinimal(sent, before, after) {
  promise('exactly one write', sent.length === 1, sent)
  const [{ method, path, headers, body }] = sent
  line(dim(`  ${method} ${path}`))
  for (const name of ['content-type', 'if-match']) line(dim(`  ${name}: ${headers[name]}`))
  line(dim(`  ${body}`))
  promiseEqual(
    'a PATCH of the type that was edited',
    [method, path.split('/').at(-1)],
    ['PATCH', 'Article'],
  )
  promise(
    'under the precondition that the platform is as it was read',
    headers['if-match'],
    headers,
  )
  promiseEqual('with what changed and nothing else', JSON.parse(body), {
    properties: { title: { displayName: 'Headline', maxLength: 160 } },
  })
  const touched = Object.keys(after).filter(
    (key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]),
  )
  promiseEqual(`the other ${count(TYPES.length - 1, 'type')} are untouched`, touched, ['Article'])
}
