// Where results go: text for people, one JSON document, or a stream of events, one per line.

import { renderError } from './text/error.mjs'

/** The version of the form of every document and event; a change that breaks readers raises it. */
const FORMAT_VERSION = 1

/** Results go to stdout; everything else that is said goes to stderr. */
export class Output {
  #mode
  #terminal

  /** `mode` is `text`, `json` or `stream`. */
  constructor(terminal, mode) {
    this.#terminal = terminal
    this.#mode = mode
  }

  get isText() {
    return this.#mode === 'text'
  }

  /** The result of a command; `render` makes the text of it. There is one per command. */
  result(kind, data, render) {
    if (this.#mode === 'text') return this.text(render(this.#terminal))
    const document = { kind, formatVersion: FORMAT_VERSION, ...data }
    if (this.#mode === 'stream') return this.event('result', document)
    this.#write(`${JSON.stringify(document, null, 2)}\n`)
  }

  /** A step on the way, told by `--json-stream` only. */
  event(event, data = {}) {
    if (this.#mode !== 'stream') return
    this.#write(`${JSON.stringify({ formatVersion: FORMAT_VERSION, event, ...data })}\n`)
  }

  /** A part of the result that is shown before the rest is known. */
  text(text) {
    if (this.#mode === 'text' && text !== '') this.#write(`${text.trimEnd()}\n`)
  }

  /** Something beside the result, for people. */
  note(text) {
    this.#terminal.stderr.write(`${text.trimEnd()}\n`)
  }

  /** What went wrong. Readers of JSON get it where they wait for the result. */
  failed(error) {
    const { code = 'INTERNAL', class: kind = 'INTERNAL', message, details = {} } = error
    const told = { code, class: kind, message, details }
    if (this.#mode === 'json') {
      const document = { kind: 'error', formatVersion: FORMAT_VERSION, error: told }
      this.#write(`${JSON.stringify(document, null, 2)}\n`)
    } else if (this.#mode === 'stream') this.event('error', { kind: 'error', error: told })
    else this.note(renderError(told, this.#terminal.notePaint))
  }

  #write(text) {
    this.#terminal.stdout.write(text)
  }
}
