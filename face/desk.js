'use strict'

const { KEPT_ENTRIES } = require('./run.js')

/** How many runs are remembered. */
const REMEMBERED = 50

/** The runs that this process knows: the live ones, the latest ones, and who watches them. */
class Desk {
  #live = new Map()
  #recent = []
  #watchers = new Map()

  /** Ids of deployments that other processes were seen to run. */
  elsewhere = new Set()

  isLive(id) {
    return this.#live.has(id)
  }

  /** The latest run with this id. */
  find(id) {
    return this.#live.get(id) ?? this.#recent.find((run) => run.id === id)
  }

  /** Takes an id before its run begins. */
  reserve(run) {
    this.#live.set(run.id, run)
  }

  /** Lists a run that begins; an id is listed once. */
  add(run) {
    this.reserve(run)
    this.#recent = [run, ...this.#recent.filter(({ id }) => id !== run.id)].slice(0, REMEMBERED)
  }

  /** Frees the id of a run that has ended. */
  end(run) {
    if (this.#live.get(run.id) === run) this.#live.delete(run.id)
  }

  /** Cancels for whom an engine of the addon acts. */
  cancel(id, by) {
    const run = this.#live.get(id)
    run?.cancel(by)
    return run !== undefined
  }

  /** Cancels what is live, or what of it an engine started, and waits until nothing of that is in flight. */
  async clear(starter) {
    const all = [...this.#live.values()]
    const runs = all.filter((run) => starter === undefined || run.starter === starter)
    for (const run of runs) run.cancel()
    await Promise.all(runs.map((run) => run.done))
  }

  history() {
    return this.#recent.map((run) => run.snapshot(KEPT_ENTRIES))
  }

  forgetEnded() {
    this.#recent = this.#recent.filter((run) => !run.ended)
  }

  watchers(run) {
    return [...(this.#watchers.get(run.id) ?? [])]
  }

  /** Adds a watcher; returns what removes it. */
  watch(id, onUpdate) {
    // A function of its own, because the same one may watch twice.
    let stopped = false
    const watcher = (job) => (stopped ? undefined : onUpdate(job))
    const watchers = this.#watchers.get(id) ?? new Set()
    this.#watchers.set(id, watchers.add(watcher))
    const stop = () => {
      stopped = true
      watchers.delete(watcher)
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id)
    }
    return { watcher, stop }
  }
}

module.exports = { Desk }
