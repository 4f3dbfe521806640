// Questions to a person, asked on stderr so that results stay alone on stdout.

import { Failure } from './failure.mjs'

/** Asks where somebody can answer; else refuses, saying which flag answers instead. */
export class Prompt {
  #terminal

  constructor(terminal) {
    this.#terminal = terminal
  }

  get isPossible() {
    return this.#terminal.isInteractive
  }

  /** Throws unless somebody says yes. `instead` is the flag that says it without being asked. */
  async agree(message, { instead }) {
    this.#require(message, instead)
    const { default: confirm } = await import('@inquirer/confirm')
    if (await confirm({ message, default: false }, this.#streams())) return
    const next = `the same command again, and y; or ${instead}`
    throw new Failure('CONSENT_MISSING', 'you did not agree; nothing was done', { next })
  }

  /** Has a name typed, letter by letter; tells whether it was. */
  async typed(message, name, { instead }) {
    this.#require(message, instead)
    const { default: input } = await import('@inquirer/input')
    return (await input({ message }, this.#streams())).trim() === name
  }

  /** One of several `{ name, value, description? }`. */
  async choose(message, choices, { instead }) {
    this.#require(message, instead)
    const { default: select } = await import('@inquirer/select')
    return select({ message, choices, pageSize: 12 }, this.#streams())
  }

  /** A line of text that passes a check. */
  async text(message, { instead, default: preset, validate }) {
    this.#require(message, instead)
    const { default: input } = await import('@inquirer/input')
    return input({ message, default: preset, ...(validate && { validate }) }, this.#streams())
  }

  /** A text that is not shown. */
  async secret(message, { instead }) {
    this.#require(message, instead)
    const { default: password } = await import('@inquirer/password')
    return password({ message, mask: '•' }, this.#streams())
  }

  #streams() {
    return { input: this.#terminal.stdin, output: this.#terminal.stderr }
  }

  #require(message, instead) {
    if (this.isPossible) return
    const next = `answer with ${instead}`
    throw new Failure('CONSENT_MISSING', `there is nobody to ask: ${message}`, { next })
  }
}
