import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Requests that write to the platform; asking for a token does not. */
const WRITES = ['post', 'patch', 'delete']

/**
 * The fake Optimizely: a process on the loopback interface. It keeps state, logs every request, and
 * holds each request and answer against the contract of the real platform.
 */
export class FakePlatform {
  #process
  #exited

  static async start(program) {
    const platform = new FakePlatform()
    // It ends with its input, so it cannot survive this process.
    platform.#process = spawn(program, ['--exit-with-stdin'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    platform.#exited = new Promise((resolve) => platform.#process.once('exit', resolve))
    const ready = new Promise((resolve, reject) => {
      createInterface({ input: platform.#process.stdout }).once('line', resolve)
      platform.#process.once('error', reject)
      platform.#process.once('exit', (code) =>
        reject(new Error(`the fake platform ended with ${code}`)),
      )
    })
    platform.origin = JSON.parse(await ready).origin
    return platform
  }

  /** What the studio's `.env.local` would hold. */
  get environment() {
    return {
      OPTIMIZELY_CLIENT_ID: 'test-client',
      OPTIMIZELY_CLIENT_SECRET: 'test-secret',
      OPTIMIZELY_API_URL: `${this.origin}/v1`,
    }
  }

  /** Lets every answer take a while, as a network does. */
  async takeItsTime(latencyMs) {
    await this.#control('behaviour', { latencyMs })
  }

  /** Has some requests go wrong: `{ when, what }` each, in the place of those before. */
  async failAt(faults) {
    await this.#control('faults', { clear: true, add: faults })
  }

  /** Every request so far, in order. */
  async requests() {
    return (await this.#control('requests')).requests
  }

  /** The content types that it stores, by key. */
  async types() {
    return (await this.#control('state?version=v1')).types
  }

  /** Edits a type as somebody does in the CMS itself. */
  async edit(key, patch) {
    await this.#control('edit', { version: 'v1', key, patch })
  }

  /** Does something else with the requests that fit; with nothing, no more. */
  async strike(when, what) {
    await this.#control('faults', when ? { add: [{ when, what }] } : { clear: true })
  }

  /** Where a request or an answer departed from the contract. */
  async violations() {
    return (await this.#control('violations')).violations
  }

  async stop() {
    this.#process.stdin.end()
    await this.#exited
  }

  async #control(topic, body) {
    const answer = await fetch(`${this.origin}/_control/${topic}`, {
      method: body === undefined ? 'GET' : 'POST',
      body: body && JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`the fake platform answered ${answer.status}: ${text}`)
    return JSON.parse(text)
  }
}

/** Those of some requests that write. */
export function writes(requests) {
  return requests.filter(({ kind }) => WRITES.includes(kind))
}
