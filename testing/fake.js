'use strict'

// The fake Optimizely, which is the one that the tests of this package run against, as WebAssembly.

const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

const { failure } = require('../face/errors.js')

const FILE = join(__dirname, 'fake.wasm')

/** Compiled once, whatever is made of it. */
let compiled

function compile() {
  if (compiled !== undefined) return compiled
  if (!existsSync(FILE)) {
    throw failure('NOT_AVAILABLE', `${FILE} is missing; npm run build makes it in a clone`)
  }
  return (compiled = new WebAssembly.Module(readFileSync(FILE)))
}

/** One fake, with a memory of its own. */
class Fake {
  #wasm = new WebAssembly.Instance(compile()).exports
  #now

  /** `now` tells the time there, in milliseconds. */
  constructor(tenant, now) {
    this.#now = now
    this.#ask({ start: tenant })
  }

  /** A request has come: its number, and the milliseconds that it has to wait. */
  begin(call) {
    return this.#ask({ begin: call })
  }

  /** A request has waited: what becomes of it. */
  finish(request) {
    return this.#ask({ finish: request })
  }

  /** Looks behind it, or changes something there; as `/_control` of the fake server. */
  control(topic, body, query = '') {
    const method = body === undefined ? 'GET' : 'POST'
    const call = { method, path: `/_control/${topic}`, query }
    const asked = { ...call, body: body === undefined ? '' : JSON.stringify(body) }
    const answer = this.#ask({ control: asked })
    const told = JSON.parse(answer.body)
    if (answer.status !== 200) throw failure('INVALID_ARGUMENT', `${topic}: ${told.error}`)
    return told
  }

  #ask(question) {
    const bytes = Buffer.from(JSON.stringify(question))
    const { memory, room, ask, answer } = this.#wasm
    const at = room(bytes.length)
    // The memory may move whenever the fake is called.
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
    const length = ask(this.#now())
    const text = Buffer.from(memory.buffer, answer(), length).toString()
    const told = JSON.parse(text)
    if (told.error !== undefined) throw new Error(`the fake platform: ${told.error}`)
    return told
  }
}

module.exports = { Fake }
