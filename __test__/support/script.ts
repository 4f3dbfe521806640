import { spawn } from 'node:child_process'
import { join } from 'node:path'

import type { Bench } from './bench'

/** The folder of the package. */
export const ROOT = join(__dirname, '../..')

/** A job as a literal of a script. */
export const JOB = `{ id: 'a', status: 'pending', progress: 0, startedAt: new Date(), logs: [] }`

/** How a process ended, and what it printed. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Where and with what credentials a script finds the studio and the platform of a bench. */
export function environment(bench: Bench): Record<string, string> {
  return {
    DATABASE_URL: `file:${bench.folder.file('dev.db')}`,
    OPTIMIZELY_API_URL: `${bench.platform.origin}/v1`,
    OPTIMIZELY_CLIENT_ID: 'test-client',
    OPTIMIZELY_CLIENT_SECRET: 'test-secret',
  }
}

/** Runs Node.js in the folder of the package until it exits by itself; one that does not is killed. */
export function node(
  words: string[],
  env: Record<string, string> = {},
  timeout = 30_000,
): Promise<Ended> {
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGABRT',
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout: printed.stdout.trim(), stderr: printed.stderr.trim() })
    })
  })
}

/** Runs a script that has `sync`, and returns what it printed; fails unless it ends well. */
export async function script(text: string, env: Record<string, string> = {}): Promise<string> {
  const code = `const sync = require('./index.js');${text}`
  const { stdout, ...ended } = await node(['-e', code], env)
  expect(ended).toEqual({ code: 0, signal: null, stderr: '' })
  return stdout
}
