import { fork } from 'node:child_process'
import { join } from 'node:path'

import { ROOT } from '../run.mjs'

/** What a process that died answers to everything that it was asked. */
export const DIED = 'DIED'

/** Longest time that an answer may take: far more than the longest of any. */
const PATIENCE = 120_000

/** An engine in a process of its own, which can be killed. */
export class Engine {
  #folder
  #environment
  #process
  #exited
  #restarting
  #asked = new Map()
  #next = 1

  constructor(name, folder, environment) {
    this.name = name
    this.#folder = folder
    this.#environment = environment
    this.#start()
  }

  #start() {
    const child = fork(join(ROOT, 'scripts/soak/process.mjs'), {
      cwd: this.#folder,
      env: { ...process.env, ...this.#environment },
      execArgv: ['--expose-gc'],
    })
    this.#process = child
    child.on('message', ({ id, answer }) => {
      this.#asked.get(id)?.(answer)
      this.#asked.delete(id)
    })
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        for (const end of this.#asked.values()) end({ code: DIED, how: `${code ?? signal}` })
        this.#asked.clear()
        resolve(code)
      })
    })
  }

  /** Asks for something; resolves to what it answers, of which `code` says what went wrong. */
  ask(verb, value) {
    if (!this.#process.connected) return Promise.resolve({ code: DIED, how: 'SIGKILL' })
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${this.name} did not answer to ${verb}`)),
        PATIENCE,
      )
      this.#asked.set(id, (answer) => {
        clearTimeout(late)
        resolve(answer)
      })
      // What cannot be said any more is answered when the process is gone.
      this.#process.send({ id, verb, value }, () => {})
    })
  }

  /** How many questions are open. */
  get open() {
    return this.#asked.size
  }

  /** Kills the process in the middle of what it does, and starts it anew. */
  restart() {
    this.#restarting ??= this.#exitBySignal().finally(() => (this.#restarting = undefined))
    return this.#restarting
  }

  async #exitBySignal() {
    this.#process.kill('SIGKILL')
    await this.#exited
    this.#start()
  }

  /** Lets it end by itself. */
  async end() {
    if (this.#process.connected) this.#process.disconnect()
    await this.#exited
  }
}
