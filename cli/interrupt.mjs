// Ctrl-C: once asks for a clean end, twice ends at once.

import { EXIT } from './exit.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM']

/** Interruptions of this process. What is to happen first is set while it can happen. */
export class Interrupt {
  #clean
  #asked = false

  /** `end` ends the process with a code. */
  constructor(end = (code) => process.exit(code)) {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (this.#asked || this.#clean === undefined) return end(EXIT.interrupted)
        this.#asked = true
        this.#clean()
      })
    }
  }

  /** Has `work` interrupted by `clean` instead of at once, and returns what it returns. */
  async during(work, clean) {
    this.#clean = clean
    try {
      return await work()
    } finally {
      this.#clean = undefined
    }
  }
}
