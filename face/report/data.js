'use strict'

// What a report is about, asked of the engine as anybody could.

const { failure } = require('../errors.js')
const { ATTEMPTS, NAMED, TREES, TYPES } = require('./limits.js')
const { phasesOf } = require('./phases.js')
const { rowsOf } = require('./sides.js')

/** What people call the platforms. */
const PLATFORMS = {
  optimizely: 'Optimizely',
  contentful: 'Contentful',
  strapi: 'Strapi',
  files: 'Files',
}

/** Groups of types, those that somebody has to look at first. */
const KINDS = ['conflict', 'modified', 'deleted', 'new', 'remote']

/** Options of a deployment that its plan depends on. */
const PLANNED = [
  'mode',
  'force',
  'allowDelete',
  'allowDataLoss',
  'conflictStrategy',
  'bypassValidation',
]

/** Errors that say that a side cannot be read now, which spoils no report of what was done before. */
const UNREADABLE = ['AUTH', 'FORBIDDEN', 'RATE_LIMIT', 'NETWORK', 'NOT_FOUND', 'CONFLICT', 'STATE']

function byKey(list) {
  const groups = new Map()
  for (const item of list) {
    if (!groups.has(item.typeKey)) groups.set(item.typeKey, [])
    groups.get(item.typeKey).push(item)
  }
  return groups
}

function kindOf(status) {
  return status.startsWith('remote_') ? 'remote' : status
}

/** Every finding once, the worst first. */
function findingsOf(changes, plan) {
  const ofTypes = Object.values(changes.details).flatMap((list) =>
    list.flatMap(({ findings = [] }) => findings),
  )
  const all = [...changes.findings, ...plan.findings, ...ofTypes]
  const once = new Map(all.map((finding) => [JSON.stringify(finding), finding]))
  const ranks = ['error', 'warning', 'info']
  return [...once.values()].sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity))
}

/** The types that differ, each with its rows and with what a deployment would do to it. */
function typesOf(changes, plan, pull, findings) {
  const planned = byKey(plan.operations)
  const pulled = byKey(pull.operations)
  const told = byKey(findings.filter(({ typeKey }) => typeKey !== undefined))
  const whole = (key, change, conflict) => {
    const operations = planned.get(key) ?? []
    const [comesHome] = pulled.get(key) ?? []
    const { name, websiteId } = change ?? conflict
    const withheld = operations.flatMap((operation) => operation.withheld)
    const risk = change?.risk ?? operations[0]?.risk ?? 'safe'
    const contentItems = change?.contentItems ?? (operations[0] ?? comesHome)?.contentItems
    return {
      key,
      name,
      websiteId,
      kind: conflict === undefined ? kindOf(change.status) : 'conflict',
      status: change?.status ?? 'conflict',
      risk,
      contentItems,
      operations,
      withheld,
      conflict,
      findings: told.get(key) ?? [],
      rows: rowsOf({ conflict, change, pulled: comesHome?.changes, withheld }),
    }
  }
  const { created, updated, deleted, remoteChanged, conflicts } = changes.details
  const types = [
    ...conflicts.map((conflict) => whole(conflict.typeKey, undefined, conflict)),
    ...[...updated, ...deleted, ...created, ...remoteChanged].map((change) =>
      whole(change.key, change),
    ),
  ]
  return types.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
}

/** Where both sides stand now, and what a deployment would do about it. */
async function present(engine, query) {
  const changes = await engine.detectChanges({ ...query, includeDetails: true })
  const plan = await engine.planDeployment(query)
  const isPush = plan.mode === 'push'
  const pull = isPush ? await engine.planDeployment({ ...pulling(query), mode: 'pull' }) : plan
  const comingHome = { ...pull, operations: pull.operations.filter(isPulled) }
  const findings = findingsOf(changes, plan)
  const types = typesOf(changes, plan, comingHome, findings)
  return { changes, plan, findings, types }
}

const isPulled = ({ direction }) => direction === 'pull'

/** What to look at, without how a push behaves. */
function pulling({ provider, websiteId, contentTypeKeys }) {
  return { provider, websiteId, contentTypeKeys }
}

/** The same, unless it cannot be read: then why. */
async function presentOr(engine, query) {
  try {
    return { now: await present(engine, query) }
  } catch (error) {
    if (!UNREADABLE.includes(error.class) || error.code === 'ENGINE_CLOSED') throw error
    return { unread: error }
  }
}

/** The names of websites by their ids, where not too much has to be read for it. */
async function websitesOf(engine, { summary }) {
  const { total, unchanged, remoteChanged } = summary
  if (total + unchanged + remoteChanged > NAMED) return new Map()
  const { types } = await engine.extractContentTypes()
  return new Map(types.map(({ websiteId, websiteName }) => [websiteId, websiteName]))
}

/** The versions of the first types, by key. */
async function treesOf(engine, types) {
  const trees = new Map()
  for (const { key, websiteId } of types.slice(0, TREES)) {
    const tree = await engine.getVersionTree({ key, websiteId }).catch(unlessUnknown)
    if (tree !== undefined && tree.versions.length > 0) trees.set(key, tree)
  }
  return trees
}

/** A type that only the platform has, or that is gone since, has no versions here. */
function unlessUnknown(error) {
  if (error.code !== 'TYPE_NOT_FOUND' && error.code !== 'AMBIGUOUS_TYPE') throw error
}

/** What is known of a deployment: its job, its attempts, the latest run of its id only, and its phases. */
async function deploymentOf(engine, id) {
  const job = await engine.getDeployment(id)
  if (job === null) throw failure('DEPLOYMENT_NOT_FOUND', `no deployment has the id ${id}`)
  const { phases, begin, end } = phasesOf(job)
  const history = await engine.getSyncHistory({ deploymentId: id, from: begin, limit: ATTEMPTS })
  const { total: backups } = await engine.listBackups({ deploymentId: id, limit: 1 })
  const attempts = [...history.data].sort(
    (a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || a.id - b.id,
  )
  return { job, phases, begin, end, attempts, attemptsInAll: history.total, backups }
}

/** What to look at for a deployment: what it was about, unless the caller says otherwise. */
function queryFor({ job }, query, providerId) {
  const { options = {} } = job
  const run = Object.fromEntries(PLANNED.map((name) => [name, options[name]]))
  return {
    ...run,
    websiteId: job.websiteId,
    contentTypeKeys: job.selectedTypes,
    ...(job.providerId !== providerId && { provider: job.providerId }),
    ...query,
  }
}

/** Asks everything that a report tells. */
async function gather(engine, { deploymentId, title, query, providerId }) {
  const madeAt = new Date()
  if (deploymentId === undefined) {
    const now = await present(engine, query)
    return whole(engine, { title, madeAt, now }, now.changes.target.split(':')[0])
  }
  const deployment = await deploymentOf(engine, deploymentId)
  const state = await presentOr(engine, queryFor(deployment, query, providerId))
  return whole(engine, { title, madeAt, deployment, ...state }, deployment.job.providerId)
}

async function whole(engine, report, provider) {
  const { now, deployment } = report
  const websites = now === undefined ? new Map() : await websitesOf(engine, now.changes)
  const drawn = now?.types.slice(0, TYPES) ?? []
  const touched = (deployment?.job.outcomes ?? []).map(({ typeKey: key, websiteId }) => ({
    key,
    websiteId,
  }))
  const trees = await treesOf(engine, [...drawn, ...touched])
  return { ...report, platform: PLATFORMS[provider] ?? String(provider), websites, trees }
}

module.exports = { gather, KINDS }
