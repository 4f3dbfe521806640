import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The fake platform; `cargo build --example fake-optimizely` makes it. */
export const PROGRAM =
  process.env.FAKE_OPTIMIZELY ?? join(__dirname, '../../target/debug/examples/fake-optimizely')

/** What a provider needs to reach it. */
export const CREDENTIALS = { clientId: 'test-client', clientSecret: 'test-secret' }

/** A fake platform that ends with this process, whatever happens to the test. */
export class FakePlatform {
  private constructor(
    readonly origin: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<FakePlatform> {
    const child = spawn(PROGRAM, ['--exit-with-stdin'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ready = new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', resolve)
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the fake platform ended with ${code}`)))
    })
    const { origin } = JSON.parse(await ready) as { origin: string }
    return new FakePlatform(origin, child)
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.stdin?.end()
    await ended
  }

  /** What was asked of it so far, in order; without a status while the answer is out. */
  async requests(): Promise<{ kind: string; status?: number | null }[]> {
    const { requests } = (await this.control('requests')) as {
      requests: { kind: string; status?: number | null }[]
    }
    return requests
  }

  /** The keys of the types that it stores, of those that begin so. */
  async keys(beginning: string): Promise<string[]> {
    const { types } = (await this.control('state?version=v1')) as { types: object }
    return Object.keys(types).filter((key) => key.startsWith(beginning))
  }

  /** Where a request departed from the contract. */
  async violations(): Promise<unknown[]> {
    return ((await this.control('violations')) as { violations: unknown[] }).violations
  }

  /** Asks the control, for example `control('behaviour', { latencyMs: 50 })`. */
  async control(what: string, body?: object): Promise<unknown> {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await fetch(`${this.origin}/_control/${what}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`the control answered ${answer.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
