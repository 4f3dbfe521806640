'use strict'

// As they were when this was loaded: tests replace timers.
const { clearTimeout, setTimeout } = require('node:timers')

/** How long until a run of another process is looked at again, in milliseconds. */
const OFTEN = 500

/** How long until one is that is not running, or not known. */
const SELDOM = 2000

const ENDED = new Set(['completed', 'partial', 'failed', 'cancelled'])

/** Runs of other processes, as the state tells of them. */
class Elsewhere {
  #read
  #running
  #followers = new Set()

  /** `read` gives the stored job of an id, or `null`; `running` are the ids that were seen running. */
  constructor(read, running) {
    this.#read = read
    this.#running = running
  }

  /** Whether a run was going on when it was last looked at. */
  isRunning(id) {
    return this.#running.has(id)
  }

  async get(id) {
    const job = await this.#read(id)
    if (job?.status === 'running') this.#running.add(id)
    else this.#running.delete(id)
    return job
  }

  /**
   * Shows a run whenever it has moved, until it has ended, `isOurs` says that this process has it,
   * or what is returned is called. One that is not `awaited` is followed only while it runs. Does not keep
   * the process alive.
   */
  follow(id, isOurs, show, awaited) {
    let timer
    let shown
    const stop = () => {
      clearTimeout(timer)
      this.#followers.delete(stop)
    }
    const look = async () => {
      let job
      try {
        job = await this.get(id)
      } catch (error) {
        // What cannot be read now may be readable later, unless nothing is read any more.
        if (error.code === 'ENGINE_CLOSED') stop()
      }
      if (!this.#followers.has(stop)) return
      if (isOurs()) return stop()
      const text = JSON.stringify(job ?? null)
      if (job && text !== shown) show(job)
      shown = text
      if (ENDED.has(job?.status) || (!awaited && !this.isRunning(id))) return stop()
      timer = setTimeout(look, this.isRunning(id) ? OFTEN : SELDOM)
      timer.unref()
    }
    this.#followers.add(stop)
    look()
    return stop
  }

  /** Follows nothing any more. */
  close() {
    for (const stop of this.#followers) stop()
  }
}

module.exports = { Elsewhere }
