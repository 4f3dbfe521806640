/** The fake platform as a process of its own, so that its work is not counted as anybody's. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { onPlatform } from './fixture.mjs'

const PROGRAM = fileURLToPath(
  new URL('../target/release/examples/fake-optimizely', import.meta.url),
)

/** Types per request to its control. */
const BATCH = 500

/** Starts one with the first types of the fixture in it, and stops it after `use`. */
export async function withFake({ types = 0, latencyMs = 0 }, use) {
  const fake = spawn(PROGRAM, ['--exit-with-stdin'], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [line] = await once(createInterface({ input: fake.stdout }), 'line')
    const { origin } = JSON.parse(line)
    for (let from = 0; from < types; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, types - from) }, (_, at) => from + at)
      await control(origin, 'seed', {
        version: 'v1',
        types: numbers.map(onPlatform).filter(Boolean),
      })
    }
    await control(origin, 'settle', {})
    await control(origin, 'behaviour', { latencyMs })
    return await use(origin)
  } finally {
    fake.stdin.end()
  }
}

async function control(origin, topic, body) {
  const request = { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(`${origin}/_control/${topic}`, request)
  if (!answer.ok) throw new Error(`the fake refuses ${topic}: ${await answer.text()}`)
}
