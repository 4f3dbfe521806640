// The parts of a running example: a fake platform, and Next.js with a database.

import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

import { makeDatabase } from '../prisma/database.mjs'
import { freePort } from './port.mjs'

const EXAMPLE = dirname(import.meta.dirname)
const NEXT = join(EXAMPLE, 'node_modules', 'next', 'dist', 'bin', 'next')

/** Credentials that the fake platform knows. */
const TENANT = { OPTIMIZELY_CLIENT_ID: 'test-client', OPTIMIZELY_CLIENT_SECRET: 'test-secret' }

/** Starts the fake Optimizely; it ends with its input, so it cannot survive this process. */
export async function startPlatform(program, { latencyMs = 0 } = {}) {
  const words = ['--exit-with-stdin', '--latency-ms', String(latencyMs)]
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the fake platform ended with ${code}`)))
  })
  const { origin } = JSON.parse(await ready)
  return {
    origin,
    /** What the studio's `.env` would hold. */
    environment: { ...TENANT, OPTIMIZELY_API_URL: `${origin}/v1` },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await ended
    },
  }
}

/** Starts Next.js in production on a database, which it makes unless it is there. */
export async function startStudio({ database, environment = {}, port = 0 }) {
  await makeDatabase(database)
  const free = port === 0 ? await freePort() : port
  const child = spawn(process.execPath, [NEXT, 'start', '-p', String(free), '-H', '127.0.0.1'], {
    cwd: EXAMPLE,
    env: {
      ...process.env,
      DATABASE_URL: `file:${database}`,
      FILES_ROOT: dirname(database),
      NEXT_TELEMETRY_DISABLED: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  // It has a group of its own, which neither Ctrl-C nor a closed window reaches.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  ended.then(() => process.off('exit', kill))
  const said = []
  const listening = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        if (/Ready in/.test(line)) resolve()
      })
    }
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`Next.js ended with ${code}:\n${said.join('\n')}`)),
    )
  })
  await listening
  return {
    origin: `http://127.0.0.1:${free}`,
    database,
    /** What it printed so far. */
    said,
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
