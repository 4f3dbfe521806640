'use strict'

// What a report is about, asked of the engine as anybody could.

const { failure } = require('../errors.js')
const { ATTEMPTS, NAMED, TREES, TYPES } = require('./limits.js')
const { phasesOf } = require('./phases.js')
const { rowsOf } = require('./sides.js')
const { mapInTurns } = require('./turn.js')

/** What people call the platforms. */
const PLATFORMS = new Map([
  ['optimizely', 'Optimizely'],
  ['contentful', 'Contentful'],
  ['strapi', 'Strapi'],
  ['files', 'Files'],
])

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

/** By the key of the type. */
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
async function findingsOf(changes, plan) {
  const ofTypes = Object.values(changes.details).flatMap((list) =>
    list.flatMap(({ findings = [] }) => findings),
  )
  const once = new Map()
  await mapInTurns([...changes.findings, ...plan.findings, ...ofTypes], (finding) => {
    const { severity, code, typeKey, path, message } = finding
    once.set([severity, code, typeKey, path, message].join('\n'), finding)
  })
  const ranks = ['error', 'warning', 'info']
  return [...once.values()].sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity))
}

/**
 * The paths of a type that a deployment would hold back. A plan leaves out a type of which it would send
 * nothing: unless something is wrong with it, all that the studio moved waits then.
 */
function withheldOf({ change, operations, findings, mode }) {
  const told = operations.flatMap(({ withheld }) => withheld)
  const isPlanned = mode === 'pull' || operations.some(({ direction }) => direction === 'push')
  const isWrong = findings.some(({ severity }) => severity === 'error')
  if (isPlanned || isWrong || change?.status !== 'modified') return told
  return [...told, ...change.changes.map(({ path }) => path)]
}

/** A type that differs, with what a deployment would do to it. */
function typeOf({ change, conflict, operations = [], pulled = [], findings = [], mode }) {
  const { name, websiteId } = change ?? conflict
  const withheld = withheldOf({ change, operations, findings, mode })
  let rows
  return {
    key: change?.key ?? conflict.typeKey,
    name,
    websiteId,
    kind: conflict === undefined ? kindOf(change.status) : 'conflict',
    status: change?.status ?? 'conflict',
    risk: change?.risk ?? operations[0]?.risk ?? 'safe',
    contentItems: (change ?? operations[0] ?? pulled[0])?.contentItems,
    operations,
    withheld,
    conflict,
    findings,
    /** The platform moved something of it. */
    comesHome: pulled.length > 0,
    /** Made when they are shown: of most types of many they are not. */
    get rows() {
      rows ??= rowsOf({ conflict, change, pulled: pulled[0]?.changes, withheld })
      return rows
    },
  }
}

/** The types that differ, those that somebody has to look at first. */
async function typesOf(changes, plan, pulled, findings) {
  const [planned, home, told] = [plan.operations, pulled, findings].map(byKey)
  const { created, updated, deleted, remoteChanged, conflicts } = changes.details
  const all = [
    ...conflicts.map((conflict) => ({ conflict, key: conflict.typeKey })),
    ...[...updated, ...deleted, ...created, ...remoteChanged].map((change) => ({
      change,
      key: change.key,
    })),
  ]
  const types = await mapInTurns(all, ({ key, ...sides }) =>
    typeOf({
      ...sides,
      operations: planned.get(key),
      pulled: home.get(key),
      findings: told.get(key),
      mode: plan.mode,
    }),
  )
  return types.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
}

/** Where both sides stand now, and what a deployment would do about it. */
async function present(engine, query) {
  const { provider, websiteId, contentTypeKeys } = query
  const where = { provider, websiteId, contentTypeKeys }
  // What the platform moved of types that the studio moved, too, is told by the plan of a pull only.
  const [changes, plan, pull] = await Promise.all([
    engine.detectChanges({ ...where, includeDetails: true }),
    engine.planDeployment(query),
    engine.planDeployment({ ...where, mode: 'pull' }),
  ])
  const findings = await findingsOf(changes, plan)
  const types = await typesOf(changes, plan, pull.operations, findings)
  return { changes, plan, findings, types }
}

/**
 * The same, unless it cannot be known: then why, which spoils no report of what was done before. What the
 * caller of the report asked for, and cannot be, is theirs to know.
 */
async function presentOr(engine, query, asked) {
  try {
    return { now: await present(engine, query) }
  } catch (error) {
    const isTheirs = error.class === 'VALIDATION' && Object.keys(asked).length > 0
    if (isTheirs || ['CANCELLED', 'INTERNAL', undefined].includes(error.class)) throw error
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
  const first = [...new Map(types.map((type) => [type.key, type])).values()].slice(0, TREES)
  const trees = await Promise.all(
    first.map(({ key, websiteId }) =>
      engine.getVersionTree({ key, websiteId }).catch(unlessUnknown),
    ),
  )
  const drawable = trees.filter((tree) => tree !== undefined && tree.versions.length > 0)
  return new Map(drawable.map((tree) => [tree.typeKey, tree]))
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
  const undoing = await undoingOf(engine, id)
  return { job, phases, begin, end, attempts, attemptsInAll: history.total, backups, undoing }
}

/** The deployment that undid one, if any of it was undone. */
async function undoingOf(engine, id) {
  const job = await engine.getDeployment(`${id}-rollback`)
  const isUndoing = job?.rollbackOf === id && job.options?.dryRun !== true
  return isUndoing && ['success', 'partial'].includes(job.outcome) ? job : undefined
}

/** What to look at for a deployment: what it was about, unless the caller says otherwise. */
function queryFor({ job }, query, providerId) {
  const target = job.providerId ?? providerId
  const { options = {} } = job
  const run = Object.fromEntries(PLANNED.map((name) => [name, options[name]]))
  return {
    ...run,
    websiteId: job.websiteId,
    contentTypeKeys: job.selectedTypes,
    ...(target !== providerId && { provider: target }),
    ...query,
  }
}

/** Asks everything that a report tells; versions and websites only if they are drawn. */
async function gather(engine, { deploymentId, title, query, providerId, drawn }) {
  const madeAt = new Date()
  const whole = async (report, provider) => ({
    title,
    madeAt,
    ...report,
    platform: PLATFORMS.get(provider) ?? String(provider),
    ...(drawn && (await drawing(engine, report))),
  })
  if (deploymentId === undefined) {
    const now = await present(engine, query)
    return whole({ now }, now.changes.target.split(':')[0])
  }
  const deployment = await deploymentOf(engine, deploymentId)
  const state = await presentOr(engine, queryFor(deployment, query, providerId), query)
  return whole({ deployment, ...state }, deployment.job.providerId ?? providerId)
}

/** What only the page shows. */
async function drawing(engine, { now, deployment }) {
  const differing = now?.types.slice(0, TYPES) ?? []
  const deployed = (deployment?.job.outcomes ?? []).map(({ typeKey: key, websiteId }) => ({
    key,
    websiteId,
  }))
  const [websites, trees] = await Promise.all([
    now === undefined ? new Map() : websitesOf(engine, now.changes),
    treesOf(engine, [...differing, ...deployed]),
  ])
  return { websites, trees }
}

module.exports = { gather, KINDS }
