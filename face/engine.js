'use strict'

const { randomUUID } = require('node:crypto')

const native = require('../native.js')
const read = require('./arguments.js')
const { auditOf } = require('./audit.js')
const { conflictsOf } = require('./conflicts.js')
const { credentialsOf } = require('./credentials.js')
const { Desk } = require('./desk.js')
const { Elsewhere } = require('./elsewhere.js')
const { ask, call, failure, requireFunction } = require('./errors.js')
const { historyOf } = require('./history.js')
const { reportOf } = require('./report.js')
const { readRollback, rollbackOf, undoing } = require('./rollback.js')
const { Run, SAID_AT_THE_END, show } = require('./run.js')
const { safetyOf } = require('./safety.js')
const values = require('./values.js')

/** The addon's side of an engine, for the methods that stand in files of their own. */
let nativeOf

/**
 * The engine. It keeps what has no JSON form, the caller's jobs and functions; everything else is
 * the addon's.
 */
class SyncEngine {
  #native
  #desk
  #elsewhere
  #logger
  #isActing

  static {
    nativeOf = (engine) => engine.#native
  }

  /**
   * The desk is given by `configure` only: what runs stays known when the default engine changes.
   * What is there already is given by `as` only.
   */
  constructor(options = {}, desk = new Desk(), present = undefined) {
    const { logger, text } = present ?? read.readOptions(options)
    this.#logger = logger
    this.#isActing = present?.isActing ?? false
    this.#native = present?.native ?? call(() => native.NativeEngine.configure(text))
    this.#desk = desk
    const stored = (id) => ask(() => this.#native.deployment(id), values.readJob)
    this.#elsewhere = new Elsewhere(stored, desk.elsewhere)
    for (const name of methods()) {
      const value = this[name].bind(this)
      Object.defineProperty(this, name, { value, writable: true, configurable: true })
    }
  }

  as(actor) {
    const text = read.argumentText('actor', actor)
    const acting = this.#refusable('as', undefined, () => this.#native.as(text))
    const present = { native: acting, logger: this.#logger, isActing: true }
    return new SyncEngine(undefined, this.#desk, present)
  }

  startDeployment(job, provider, onUpdate) {
    requireFunction('onUpdate', onUpdate)
    const run = this.#prepare(read.readJob(job), read.readProvider(provider), onUpdate)
    run.start()
    return run.handle
  }

  cancelDeployment(id) {
    this.#refusable('cancel', id, () => this.#native.mayCancel())
    if (this.#desk.cancel(id, this.#native)) return true
    if (typeof id !== 'string' || id === '') return false
    const running = this.#elsewhere.isRunning(id)
    // Whichever process runs it is asked through the state.
    ask(() => this.#native.cancelElsewhere(id), values.read).catch(({ message }) =>
      this.#warn(id, `the deployment could not be cancelled: ${message}`),
    )
    return running
  }

  retryDeployment(job, provider, onUpdate) {
    requireFunction('onUpdate', onUpdate)
    const original = read.readJob(job)
    const text = native.planRetry(original.text)
    const plan = JSON.parse(text)
    // A job without an id fails as it would without being a retry.
    if (plan === null || read.refusedId(original.own.id))
      return this.startDeployment(job, provider, onUpdate)
    if (plan.kind !== undefined) return this.#conclude(original, onUpdate, text)
    const { id, retryCount, delayMs, logs } = plan
    const own = { ...begunAnew(original.own), id, retryCount }
    own.logs = logs.map((entry) => ({ ...entry, timestamp: new Date(entry.timestamp) }))
    const target = read.readProvider(provider)
    const retryOf = original.own.id
    const run = this.#prepare(read.readJob(own), target, onUpdate, { retryOf })
    run.startIn(delayMs)
    return run.handle
  }

  resumeDeployment(id, onUpdate, options) {
    requireFunction('onUpdate', onUpdate)
    const { value, reason } = read.attempt(() =>
      read.readableObject('options', options, (all) => {
        // What is no object is refused by name, and not taken for no options at all.
        const { provider, ...rest } = typeof all === 'object' ? (all ?? {}) : {}
        return {
          provider,
          text: read.argumentText('options', typeof all === 'object' ? rest : all),
        }
      }),
    )
    const provider = value?.provider
    const target = provider === undefined ? { reason } : read.readProvider(provider)
    // What this process knows of it; the addon has the job.
    const own = begunAnew(this.#desk.find(id)?.snapshot() ?? { id, logs: [] })
    const resume = (why) =>
      this.#native.resume(read.readId(id), value?.text ?? 'null', target.text, why)
    const run = this.#run(own, target.reason, onUpdate, resume)
    run.start()
    return run.handle
  }

  rollbackDeployment(id, options) {
    const asked = readRollback(options)
    const onUpdate = asked.onUpdate ?? (() => {})
    requireFunction('options.onUpdate', onUpdate)
    const prepare = (why) => this.#native.rollBack(read.readId(id), asked.text, asked.provider, why)
    const reason = this.#desk.isLive(id) ? inProgress(id) : undefined
    const own = undoing(id, asked.rest, this.#desk)
    const run = this.#run(own, asked.reason, onUpdate, prepare, reason)
    run.start()
    return run.handle
  }

  watchDeployment(id, onUpdate) {
    requireFunction('onUpdate', onUpdate)
    const { watcher, stop } = this.#desk.watch(id, onUpdate)
    const run = this.#desk.find(id)
    run?.tell(watcher)
    if (run?.settled === false) return stop
    const isOurs = () => this.#desk.find(id) !== run
    const ignored = (message) => this.#warn(id, message)
    const showNew = (job) => {
      if (run === undefined || run.isOlderThan(job)) show(watcher, job, ignored)
    }
    const leave = this.#elsewhere.follow(id, isOurs, showNew, run === undefined)
    return () => {
      stop()
      leave()
    }
  }

  async getDeployment(id) {
    if (typeof id !== 'string') {
      const message = `id is of type ${typeof id}, and should be the id of a deployment`
      throw failure('INVALID_ARGUMENT', message)
    }
    const run = this.#desk.find(id)
    if (run === undefined) return this.#elsewhere.get(id)
    // Of what ended here the state may know a later run; without a state there is none.
    const later = run.settled ? await this.#elsewhere.get(id).catch(() => null) : null
    return run.isOlderThan(later) ? later : run.snapshot()
  }

  async recover(options) {
    const provider = read.readableObject('options', options, (all) => all?.provider)
    const target = provider === undefined ? {} : read.readProvider(provider)
    if (target.reason !== undefined) throw failure(target.reason.code, target.reason.message)
    return ask(() => this.#native.recover(target.text), values.readRecovery)
  }

  getDeploymentHistory() {
    return this.#desk.history()
  }

  clearHistory() {
    this.#desk.forgetEnded()
  }

  async synchronize(options) {
    const { value = {}, reason } = read.attempt(() =>
      read.readableObject('options', options, (all) => {
        const { provider, websiteId, contentTypeKeys, ...run } = all ?? {}
        return { provider, websiteId, contentTypeKeys, run }
      }),
    )
    const { provider, websiteId, contentTypeKeys, run } = value
    const target = provider === undefined ? { reason } : read.readProvider(provider)
    const job = {
      id: `sync-${randomUUID()}`,
      providerId: target.id ?? this.#native.providerId(),
      websiteId,
      selectedTypes: contentTypeKeys,
      status: 'pending',
      progress: 0,
      startedAt: new Date(),
      logs: [],
      // What is no object is refused by name, and not taken for no options at all.
      options: typeof options === 'object' ? run : options,
    }
    const prepared = this.#prepare(read.readJob(job), target, () => {})
    prepared.start()
    return prepared.done
  }

  async extractContentTypes(options) {
    const text = read.argumentText('options', options)
    return ask(() => this.#native.extract(text), values.readExtraction)
  }

  async detectChanges(options) {
    const text = read.argumentText('options', options)
    return ask(() => this.#native.detect(text), values.readChanges)
  }

  async planDeployment(options) {
    const text = read.argumentText('options', options)
    return ask(() => this.#native.plan(text), values.readPlan)
  }

  async previewMapping(options) {
    const text = read.argumentText('options', options)
    return ask(() => this.#native.previewMapping(text), values.readMapping)
  }

  hashContentType(definition) {
    if (typeof definition === 'string') return call(() => native.hashContentType(definition))
    if (typeof definition !== 'object' || definition === null) {
      const given = definition === null ? 'null' : `of type ${typeof definition}`
      const message = `definition is ${given}, and should be an object or JSON text`
      throw failure('INVALID_ARGUMENT', message)
    }
    const text = read.readableObject('definition', definition, values.definitionText)
    return call(() => native.hashContentType(text))
  }

  async recordVersion(type, options) {
    const wanted = read.argumentText('type', type)
    const text = read.argumentText('options', options)
    return ask(() => this.#native.recordVersion(wanted, text), values.readVersion)
  }

  async restoreVersion(hash, options) {
    const wanted = read.argumentText('hash', hash)
    const text = read.argumentText('options', options)
    return ask(() => this.#native.restoreVersion(wanted, text), values.readVersion)
  }

  async getVersionHistory(type, options) {
    const wanted = read.argumentText('type', type)
    const text = read.argumentText('options', options)
    return ask(() => this.#native.versionHistory(wanted, text), values.readVersions)
  }

  async getVersion(hash) {
    const text = read.argumentText('hash', hash)
    return ask(() => this.#native.version(text), values.readVersion)
  }

  async getVersionTree(type) {
    const wanted = read.argumentText('type', type)
    return ask(() => this.#native.versionTree(wanted), values.readTree)
  }

  formatTree(tree) {
    const text = read.argumentText('tree', tree)
    return call(() => native.formatTree(text))
  }

  async getLineage(hash) {
    const text = read.argumentText('hash', hash)
    return ask(() => this.#native.lineage(text), values.readVersions)
  }

  async findCommonAncestor(hashA, hashB) {
    const a = read.argumentText('hashA', hashA)
    const b = read.argumentText('hashB', hashB)
    return ask(() => this.#native.commonAncestor(a, b), values.readVersion)
  }

  async diffVersions(hashA, hashB) {
    const a = read.argumentText('hashA', hashA)
    const b = read.argumentText('hashB', hashB)
    return ask(() => this.#native.diffVersions(a, b), values.readDiff)
  }

  formatDiff(diff) {
    const text = read.argumentText('diff', diff)
    return call(() => native.formatDiff(text))
  }

  get credentials() {
    return credentialsOf(() => this.#native)
  }

  async close() {
    const closing = ask(() => this.#native.close(), values.read)
    this.#elsewhere.close()
    // Who acts for somebody ends their own runs only: those of others go on with the engine itself.
    await this.#desk.clear(this.#isActing ? this : undefined)
    await closing
  }

  /** Does what may be refused at once. A refusal is audited right after, and cannot wait for that. */
  #refusable(what, id, work) {
    try {
      return call(work)
    } catch (refused) {
      if (refused.code === 'ROLE_REFUSED') {
        const deployment = typeof id === 'string' ? id : undefined
        ask(() => this.#native.noteRefusal(what, deployment), values.read).catch((error) => {
          process.emitWarning(`catalyst-sync could not audit a refusal: ${error.message}`)
        })
      }
      throw refused
    }
  }

  #prepare({ own, text }, target, onUpdate, { retryOf } = {}) {
    const prepare = (why) => this.#native.prepare(text, target.text, retryOf, why)
    return this.#run(own, target.reason, onUpdate, prepare)
  }

  #warn(deploymentId, message) {
    const entry = { time: new Date(), level: 'warning', event: 'deployment.log' }
    this.#logger?.({ ...entry, deploymentId, message })
  }

  /** A run that the addon prepares, unless there is a reason why it cannot begin. */
  #run(own, wrong, onUpdate, prepare, reason) {
    const aside = reason ?? (this.#desk.isLive(own.id) ? inProgress(own.id) : undefined)
    const why = aside ?? read.refusedId(own.id) ?? wrong
    const listed = aside === undefined && typeof own.id === 'string' && own.id !== ''
    return new Run({
      native: prepare(why),
      own,
      onUpdate,
      desk: listed ? this.#desk : undefined,
      logger: this.#logger,
      starter: this,
    })
  }

  #conclude({ own }, onUpdate, message) {
    const desk = this.#desk.isLive(own.id) ? undefined : this.#desk
    const run = new Run({ own, onUpdate, desk, logger: this.#logger })
    run.conclude(message)
    return run.handle
  }
}

/** A job that is begun again, without what its earlier run said. */
function begunAnew(job) {
  const own = { ...job, status: 'pending', progress: 0, startedAt: new Date() }
  for (const member of ['completedAt', ...SAID_AT_THE_END]) {
    if (member in own) own[member] = undefined
  }
  return own
}

/** Why a job cannot begin under an id. */
function inProgress(id) {
  return { code: 'DEPLOYMENT_IN_PROGRESS', message: `a deployment with the id ${id} is running` }
}

Object.assign(
  SyncEngine.prototype,
  auditOf(nativeOf),
  conflictsOf(nativeOf),
  historyOf(nativeOf),
  reportOf(nativeOf),
  rollbackOf(nativeOf),
  safetyOf(nativeOf),
)

/** The names of the methods, which work off their engine, too: `const { detectChanges } = engine`. */
function methods() {
  const all = Object.entries(Object.getOwnPropertyDescriptors(SyncEngine.prototype))
  const own = all.filter(([name, { value }]) => name !== 'constructor' && value !== undefined)
  return own.map(([name]) => name)
}

if (Symbol.asyncDispose) SyncEngine.prototype[Symbol.asyncDispose] = SyncEngine.prototype.close

module.exports = { SyncEngine, Desk }
