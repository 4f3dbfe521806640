'use strict'

const { readMessage, toDate } = require('./values.js')

/** What a run says at its end; what an earlier run of the same job said must not stay beside it. */
const SAID_AT_THE_END = ['error', 'errorInfo', 'outcome', 'outcomes', 'metrics', 'recovery']

/** How many entries of its log an ended run keeps in memory. */
const KEPT_ENTRIES = 100

/**
 * One run of a job as JavaScript sees it: the caller's own job with the addon's patches over it.
 * Whether it has ended, and how, is the addon's decision.
 */
class Run {
  #native
  #own
  #patch = {}
  #logs
  #outcomes = []
  #onUpdate
  #desk
  #logger
  #broken = new Set()
  #shown = 0
  #waiting
  #quiet = false
  #resolve

  /**
   * `native` is the addon's deployment, `own` the members of the caller's job. Without a `desk` the
   * run is known to its caller only. `starter` is the engine that starts it.
   */
  constructor({ native, own, onUpdate, desk, logger, starter }) {
    this.#native = native
    this.#own = { ...own, startedAt: toDate(own.startedAt ?? new Date()) }
    this.#logs = ownLogs(own)
    this.#onUpdate = onUpdate
    this.#desk = desk
    this.#logger = logger
    this.id = own.id
    this.starter = starter
    this.ended = false
    /** Nothing of it is in flight any more, and the state has how it ended. */
    this.settled = false
    this.done = new Promise((resolve) => (this.#resolve = resolve))
  }

  /** What the caller gets. */
  get handle() {
    return { cancel: () => this.cancel(), done: this.done }
  }

  /** Shows the first update, then starts the work: a cancellation inside that update comes first. */
  start() {
    this.#desk?.add(this)
    this.#log('deployment.started', { level: 'info', message: 'Deployment started' })
    this.#receive(this.#native.first())
    this.#work()
  }

  /** Starts after a delay, during which nobody is told anything. */
  startIn(milliseconds) {
    this.#desk?.reserve(this)
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined
      this.start()
    }, milliseconds)
  }

  /** Ends at once, with a message that was there before the run. */
  conclude(message) {
    this.#desk?.add(this)
    this.#receive(message)
  }

  /** Cancels, unless an end was seen: for whom an engine of the addon acts, else for whom this does. */
  cancel(by) {
    if (this.ended) return
    const waited = this.#waiting !== undefined
    this.#quiet = waited
    clearTimeout(this.#waiting)
    const message = this.#native.cancel(by)
    if (message !== null) this.#receive(message)
    if (waited) this.#work()
  }

  /** The job now, with the last entries of its log: a new object with a new list. */
  snapshot(entries = Infinity) {
    return { ...this.#own, ...this.#patch, logs: this.#logs.slice(-entries) }
  }

  /** Whether what the state tells of the same id is newer: another process carries it on, or did. */
  isOlderThan(job) {
    if (!this.settled || !job) return false
    return job.status === 'running' || job.completedAt > this.#patch.completedAt
  }

  #work() {
    this.#native.start((message) => {
      if (message !== null) this.#receive(message)
    })
  }

  #receive(text) {
    const { kind, patch, outcomes = [] } = readMessage(text)
    const { logs, ...members } = patch
    Object.assign(this.#patch, members)
    for (const outcome of outcomes) this.#outcomes.push(outcome)
    if (kind === 'ended' || kind === 'settled') this.#patch.outcomes = this.#outcomes
    for (const { typeKey, ...entry } of logs) {
      this.#logs.push(entry)
      this.#log('deployment.log', { ...entry, typeKey })
    }
    if (kind === 'ended' || kind === 'cancelled') this.#end()
    if (kind !== 'settled' && kind !== 'part') this.#show()
    if (kind === 'ended' || kind === 'settled') this.#settle()
  }

  #end() {
    for (const member of SAID_AT_THE_END) {
      if (member in this.#own && !(member in this.#patch)) this.#patch[member] = undefined
    }
    this.ended = true
    this.#desk?.end(this)
    const message = `Deployment ended: ${this.#patch.status}`
    this.#log('deployment.ended', { level: 'info', message })
  }

  #settle() {
    this.settled = true
    const job = this.snapshot()
    this.#resolve({ job, metrics: job.metrics, outcomes: job.outcomes })
    // A remembered run keeps no more than it has to show.
    this.#native = undefined
    this.#onUpdate = undefined
    this.starter = undefined
    this.#logs = this.#logs.slice(-KEPT_ENTRIES)
  }

  #show() {
    if (this.#quiet) return
    const update = ++this.#shown
    for (const listener of [this.#onUpdate, ...(this.#desk?.watchers(this) ?? [])]) {
      // A listener may have cancelled the run, which showed everybody something newer.
      if (update !== this.#shown) return
      this.tell(listener)
    }
  }

  /** Shows the job to one listener, whose exceptions are its own: the first becomes a log entry. */
  tell(listener) {
    show(listener, this.snapshot(), (message) => {
      if (this.#broken.has(listener)) return
      this.#broken.add(listener)
      const entry = { timestamp: new Date(), level: 'warning', message }
      this.#logs.push(entry)
      this.#log('deployment.log', entry)
    })
  }

  #log(event, { timestamp = new Date(), level, message, typeKey }) {
    this.#logger?.({ time: timestamp, level, event, deploymentId: this.id, typeKey, message })
  }
}

/** The log that a job brings, with dates where one that came as JSON has texts. What cannot be read is left out. */
function ownLogs({ logs }) {
  const readable = []
  try {
    for (const entry of Array.isArray(logs) ? logs : []) readable.push(dated(entry))
  } catch {
    // A getter or proxy of the caller's threw; the run goes on with what came before it.
  }
  return readable
}

function dated(entry) {
  const timestamp = toDate(entry?.timestamp)
  return timestamp === entry?.timestamp ? entry : { ...entry, timestamp }
}

/**
 * Shows a job to a listener, and passes on what it throws. Nobody waits for an asynchronous one, whose
 * failure would end the process.
 */
function show(listener, job, ignored) {
  const ignore = (thrown) => ignored(`onUpdate threw, which was ignored: ${textOf(thrown)}`)
  try {
    const answer = listener(job)
    if (typeof answer?.then === 'function') answer.then(undefined, ignore)
  } catch (thrown) {
    ignore(thrown)
  }
}

function textOf(thrown) {
  try {
    return String(thrown?.message ?? thrown)
  } catch {
    return 'a value without a text'
  }
}

module.exports = { Run, KEPT_ENTRIES, SAID_AT_THE_END, show, textOf }
