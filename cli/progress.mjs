// How far a deployment is: a bar on a terminal, else lines that stay. Both on stderr.

import { SingleBar } from 'cli-progress'

import { EndedTypes } from './ended.mjs'
import { clean } from './text/clean.mjs'
import { outcomeLine } from './text/deployment.mjs'

/** Of a log, what the lines of finished types and the last line say anyway. */
const OF_A_TYPE = /^(Syncing|Retrying|Creating new|Updating modified|Sync completed:) /

/** Of the log of a rollback, what is about everything that could be deployed. */
const OF_A_DEPLOYMENT = /^Found \d+ content types? to sync/

/**
 * Makes what follows a deployment, or the rollback of the one that it `undoes`: `update(job)` for each
 * update, `end(outcomes)` at its end.
 */
export function progressOf(terminal, { undoes } = {}) {
  return terminal.isMoving ? new Bar(terminal) : new Lines(terminal, undoes !== undefined)
}

class Bar {
  #bar
  /** The terminal gets its cursor back, however the process ends. */
  #leave = () => this.#bar.stop()
  #terminal

  constructor(terminal) {
    this.#terminal = terminal
    const { notePaint: paint } = terminal
    this.#bar = new SingleBar({
      stream: terminal.stderr,
      format: `${paint.cyan('{bar}')} {percentage} %  {step}`,
      barsize: 24,
      barCompleteChar: '━',
      barIncompleteChar: '─',
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
    })
    process.once('exit', this.#leave)
    this.#bar.start(100, 0, { step: '' })
  }

  update({ progress, logs }) {
    const room = Math.max(0, this.#terminal.noteWidth - 36)
    const step = clean(logs.at(-1)?.message ?? '').slice(0, room)
    this.#bar.update(progress, { step: this.#terminal.notePaint.dim(step) })
  }

  end() {
    process.off('exit', this.#leave)
    this.#leave()
  }

  get tellsTypes() {
    return false
  }
}

class Lines {
  #shown = 0
  #ended = new EndedTypes()
  #terminal
  #isUndoing

  constructor(terminal, isUndoing) {
    this.#terminal = terminal
    this.#isUndoing = isUndoing
  }

  update({ logs }) {
    const fresh = logs.slice(this.#shown)
    this.#shown = logs.length
    for (const entry of fresh) this.#entry(entry)
  }

  end(outcomes) {
    for (const outcome of this.#ended.rest(outcomes)) this.#type(outcome)
  }

  get tellsTypes() {
    return true
  }

  #entry(entry) {
    if (entry.details?.outcome !== undefined) {
      const outcome = this.#ended.of(entry)
      if (outcome !== undefined) this.#type(outcome)
    } else if (!this.#isBeside(entry)) {
      this.#line(this.#terminal.notePaint.dim(clean(entry.message)))
    }
  }

  /** What other lines say better, or what is not about this. */
  #isBeside({ message }) {
    return OF_A_TYPE.test(message) || (this.#isUndoing && OF_A_DEPLOYMENT.test(message))
  }

  /** A type that ended, unless there was nothing to do about it. */
  #type(outcome) {
    if (outcome.operation === 'none' && outcome.status === 'success') return
    this.#line(outcomeLine(outcome, this.#terminal.notePaint))
  }

  #line(text) {
    this.#terminal.stderr.write(`${text}\n`)
  }
}
