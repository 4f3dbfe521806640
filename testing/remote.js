'use strict'

// What the CMS has, seen and changed past its interface, and what goes wrong there.

const { failure } = require('../face/errors.js')

/** The platform of a test engine. */
class TestRemote {
  #fake
  #own
  #held = []

  constructor(fake) {
    this.#fake = fake
    this.#own = new Set(Object.keys(this.#types()))
  }

  keys() {
    return Object.keys(this.#types()).filter((key) => !this.#own.has(key))
  }

  get(key) {
    return this.#types()[key] ?? null
  }

  put(type) {
    this.#fake.control('seed', { types: [{ lastModifiedBy: 'colleague', ...type }] })
    return this.get(type.key)
  }

  edit(key, patch) {
    const { found } = this.#fake.control('edit', { key, patch })
    if (!found) throw failure('TYPE_NOT_FOUND', `the platform has no type with the key "${key}"`)
    return this.get(key)
  }

  remove(key) {
    return this.#fake.control('edit', { key, remove: true }).found
  }

  setContent(key, count) {
    this.#fake.control('instances', { key, count })
  }

  fail(what, { times = 1, ...when } = {}) {
    const limited = times === Infinity ? when : { ...when, times }
    this.#fake.control('faults', { add: [{ when: limited, what: faultOf(what) }] })
  }

  heal() {
    this.#fake.control('faults', { clear: true })
  }

  behave(switches) {
    this.#fake.control('behaviour', switches)
  }

  requests() {
    return this.#fake.control('requests').requests
  }

  hold(when = {}) {
    let release
    const released = new Promise((resolve) => (release = resolve))
    const held = { when, released, release }
    this.#held.push(held)
    return () => {
      this.#held = this.#held.filter((one) => one !== held)
      release()
    }
  }

  /** Resolves when nobody holds a request back. */
  static async passage(remote, call) {
    const holding = () => remote.#held.find(({ when }) => fits(when, call))
    for (let one = holding(); one !== undefined; one = holding()) await one.released
  }

  /** Lets everything pass, for the end. */
  static release(remote) {
    for (const { release } of remote.#held.splice(0)) release()
  }

  #types() {
    return this.#fake.control('state').types
  }
}

/** Whether a request is meant; as the fake finds those that its faults strike. */
function fits({ method, key, path }, call) {
  if (method !== undefined && method !== call.method) return false
  if (path !== undefined && !call.path.includes(path)) return false
  if (method === undefined && key === undefined && path === undefined) return true
  const [, version, , named] = call.path.split('/')
  if (version === 'oauth') return path !== undefined && key === undefined
  if (key === undefined) return true
  return key === (call.method === 'POST' ? JSON.parse(call.body).key : decodeURIComponent(named))
}

/** A fault in the form of the fake. */
function faultOf(what) {
  if (what === 429) return { kind: 'tooManyRequests', retryAfter: { seconds: 1 } }
  if (typeof what === 'number') return { kind: 'status', status: what }
  if (what === 'lost') return { kind: 'reset', moment: 'after' }
  if (what === 'unreached') return { kind: 'reset', moment: 'before' }
  return what
}

module.exports = { TestRemote }
