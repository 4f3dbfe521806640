// Requests and answers, recorded once and compared ever after.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect } from '@playwright/test'

import type { Api } from './api'

const FOLDER = join(import.meta.dirname, '..', 'fixtures')

/** Whether to record anew; the difference is then for people to review. */
const RECORDING = process.env.RECORD === '1'

/** What another run has otherwise: a moment, an identity, a duration. */
const PASSING: [RegExp, string][] = [
  [/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?/g, '<time>'],
  [/\d{4}-\d{2}-\d{2}/g, '<day>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/run_[0-9a-f]+_[0-9a-f]+/g, '<run>'],
  [/conflict_[0-9a-f]+_[0-9a-f]+/g, '<conflict>'],
  [/optimizely:127\.0\.0\.1:\d+:[0-9a-f]+/g, '<target>'],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/\b[0-9a-f]{7,16}\b/g, '<short hash>'],
]

/** Members that are another in each run. */
const MEASURED = ['durationMs', 'timeTaken', 'averageSyncTime', 'tag']

/** The exchanges of one route. */
export class Recording {
  readonly #exchanges: unknown[] = []

  constructor(
    private readonly api: Api,
    private readonly name: string,
  ) {}

  /** Asks, and remembers what was answered. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.api.ask(method, path, body)
    const text = await answer.text()
    const answered: unknown = text === '' ? null : JSON.parse(text)
    this.#exchanges.push({
      request: { method, path, ...(body !== undefined && { body }) },
      response: { status: answer.status(), body: answered },
    })
    return answered as T
  }

  /** Fails where an answer is another than the one that was recorded. */
  expectAsRecorded(): void {
    const path = join(FOLDER, `${this.name}.json`)
    const now = JSON.parse(normal(JSON.stringify(this.#exchanges, measured))) as unknown
    if (RECORDING) {
      mkdirSync(FOLDER, { recursive: true })
      writeFileSync(path, `${JSON.stringify(now, null, 2)}\n`)
    }
    expect(now).toEqual(JSON.parse(readFileSync(path, 'utf8')))
  }
}

const measured = (name: string, value: unknown) =>
  MEASURED.includes(name) && value !== null ? `<${name}>` : value

const normal = (text: string) =>
  PASSING.reduce((held, [pattern, word]) => held.replace(pattern, word), text)
