'use strict'

// An engine for the tests of those who use this package: the addon itself over a studio in memory and
// a fake platform in this process. No file, no network, no other process.

const read = require('./face/arguments.js')
const { Desk, SyncEngine } = require('./face/engine.js')
const { call, failure } = require('./face/errors.js')
const { enter, leave } = require('./face/stand-in.js')
const native = require('./native.js')
const { Fake } = require('./testing/fake.js')
const { TestRemote } = require('./testing/remote.js')
const { TestStudio } = require('./testing/studio.js')

/** The address that the platform has for real; nothing is ever sent there. */
const ADDRESS = 'https://api.cms.optimizely.com'

/** What the fake platform knows unless a test says otherwise. */
const CREDENTIALS = { clientId: 'test-client', clientSecret: 'test-secret' }

/** Nothing waits, and nothing that a test changed past the engine is overlooked. */
const DEFAULTS = { requestsPerMinute: 1_000_000, cacheTtlMs: 0 }

/** Of the environment, what says where to go and as whom does not reach a test engine. */
const KEPT = ['CATALYST_SYNC_KEY', 'CATALYST_SYNC_AUDIT_KEY', 'CATALYST_SYNC_KEY_NEXT']

class TestEngine {
  #bed
  #fake
  #timeout

  constructor({ seed, now, ...made }) {
    this.#bed = call(() => native.NativeTestBed.open((text) => this.#exchange(text), seed, now))
    try {
      this.#furnish(made)
    } catch (thrown) {
      this.#bed.close()
      throw thrown
    }
  }

  #furnish({ website, types, platform, engine }) {
    const { credentials = CREDENTIALS, version = 'v1' } = platform ?? {}
    const { groups = [], types: there = [], behaviour } = platform ?? {}
    const options = { ...DEFAULTS, ...engine }
    this.#timeout = options.requestTimeoutMs ?? 30_000
    this.#fake = new Fake(credentials, () => this.#bed.advance(0))
    this.remote = new TestRemote(this.#fake)
    if (behaviour !== undefined) this.remote.behave(behaviour)
    this.#fake.control('seed', { types: there, groups })
    this.studio = new TestStudio(this.#bed, website)
    for (const type of types) this.studio.put(type)
    const { logger, text } = read.readOptions(options, environmentOf(credentials, version))
    const native = call(() => this.#bed.engine(text))
    this.engine = new SyncEngine(undefined, new Desk(), { native, logger })
    this.provider = {
      id: 'optimizely',
      name: 'Optimizely',
      description: 'A platform for tests',
      logo: '/optimizely.svg',
      connectionStatus: 'connected',
      config: {},
    }
  }

  job(changes = {}) {
    return {
      id: 'deployment-1',
      providerId: this.provider.id,
      status: 'pending',
      progress: 0,
      startedAt: this.now(),
      logs: [],
      ...changes,
    }
  }

  now() {
    return new Date(this.#bed.advance(0))
  }

  advance(milliseconds) {
    this.#bed.advance(wholeOf('milliseconds', milliseconds))
  }

  async close() {
    leave(this.engine)
    TestRemote.release(this.remote)
    await this.engine.close()
    this.#bed.close()
  }

  /** Carries a request to the fake, and what becomes of it back. */
  async #exchange(text) {
    if (text === null) return
    const { number, ...asked } = JSON.parse(text)
    await TestRemote.passage(this.remote, asked)
    const answer = this.#answer(asked)
    this.#bed.answer(JSON.stringify({ number, ...answer }))
  }

  /** Waiting takes no time but that of the test engine. */
  #answer(asked) {
    try {
      const { request, wait } = this.#fake.begin(asked)
      const { lost, wait: more = 0, ...answer } = this.#fake.finish(request)
      const waited = wait + more
      this.#bed.advance(Math.min(waited, this.#timeout))
      if (waited >= this.#timeout) return { lost: `no answer within ${this.#timeout} ms` }
      return lost ? { lost: 'the answer was lost' } : answer
    } catch (error) {
      return { lost: error.message }
    }
  }
}
if (Symbol.asyncDispose) TestEngine.prototype[Symbol.asyncDispose] = TestEngine.prototype.close

/** What a test engine is made from, and its platform. */
const OPTIONS = ['website', 'types', 'platform', 'engine', 'seed', 'now']
const PLATFORM = ['credentials', 'version', 'groups', 'types', 'behaviour']

async function createTestEngine(options = {}) {
  refuseUnknown('options', options, OPTIONS)
  refuseUnknown('options.platform', options.platform ?? {}, PLATFORM)
  const { website = 'site_1', types = [], seed = 1, now, ...rest } = options
  const site = typeof website === 'string' ? { id: website, name: 'Site' } : website
  const given = { seed: wholeOf('seed', seed), now: momentOf(now) }
  return new TestEngine({ ...rest, ...given, types, website: site })
}

async function useTestEngine(options) {
  const made = await createTestEngine(options)
  enter(made.engine)
  return made
}

/** A test that says something else than it means would pass for the wrong reason. */
function refuseUnknown(place, given, known) {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const message = `${place}.${unknown} is not known; there are ${known.join(', ')}`
  throw failure('INVALID_ARGUMENT', message)
}

/** What the engine is told of the environment. */
function environmentOf({ clientId, clientSecret }, version) {
  const own = KEPT.map((name) => [name, process.env[name]])
  return {
    ...Object.fromEntries(own),
    OPTIMIZELY_CLIENT_ID: clientId,
    OPTIMIZELY_CLIENT_SECRET: clientSecret,
    OPTIMIZELY_API_URL: `${ADDRESS}/${version}`,
  }
}

/** A number that the addon takes as it is. */
function wholeOf(name, given) {
  if (Number.isInteger(given) && given >= 0 && given < 2 ** 32) return given
  throw failure('INVALID_ARGUMENT', `${name} is no whole number from 0 to 4294967295`)
}

/** A moment in milliseconds. */
function momentOf(now) {
  if (now === undefined) return undefined
  const moment = new Date(now).getTime()
  if (Number.isNaN(moment)) throw failure('INVALID_ARGUMENT', 'now is no date')
  return moment
}

module.exports = { createTestEngine, useTestEngine }
