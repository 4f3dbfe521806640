// How far a deployment is: a bar on a terminal, else lines that stay. Both on stderr.

import { SingleBar } from 'cli-progress'

import { clean } from './text/clean.mjs'
import { outcomeLine } from './text/deployment.mjs'

/** Of a log, what a bar or the line of a finished type says anyway. */
const OF_A_TYPE = /^(Syncing|Retrying|Creating new|Updating modified) /

/** Makes what follows a deployment: `update(job)` for each update, `end(outcomes)` at its end. */
export function progressOf(terminal) {
  return terminal.isMoving ? new Bar(terminal) : new Lines(terminal)
}

class Bar {
  #bar
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
    this.#bar.start(100, 0, { step: '' })
  }

  update({ progress, logs }) {
    const room = Math.max(0, this.#terminal.noteWidth - 36)
    const step = clean(logs.at(-1)?.message ?? '').slice(0, room)
    this.#bar.update(progress, { step: this.#terminal.notePaint.dim(step) })
  }

  end() {
    this.#bar.stop()
  }

  get tellsTypes() {
    return false
  }
}

class Lines {
  #shown = 0
  #terminal

  constructor(terminal) {
    this.#terminal = terminal
  }

  update({ logs }) {
    const fresh = logs.slice(this.#shown)
    this.#shown = logs.length
    for (const { message } of fresh) {
      if (!OF_A_TYPE.test(message)) this.#line(this.#terminal.notePaint.dim(clean(message)))
    }
  }

  end(outcomes) {
    const finished = outcomes.filter(
      ({ operation, status }) => operation !== 'none' || status !== 'success',
    )
    for (const outcome of finished) this.#line(outcomeLine(outcome, this.#terminal.notePaint))
  }

  get tellsTypes() {
    return true
  }

  #line(text) {
    this.#terminal.stderr.write(`${text}\n`)
  }
}
