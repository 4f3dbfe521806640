import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

// On Windows npm is a script, which only a shell starts.
const BY_SHELL = process.platform === 'win32' ? ['npm', 'npx'] : []

/**
 * Runs a program in the project's folder and waits for its end.
 *
 * `show` passes its output on as it comes. Resolves to `{ ok, output, seconds }`, also when the
 * program is missing.
 */
export function run(program, words, { show = false, cwd = ROOT, env = {} } = {}) {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: BY_SHELL.includes(program),
    })
    const pieces = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        pieces[name] += text
        if (show) process[name].write(text)
      })
    }
    const end = (ok) => {
      const seconds = (performance.now() - started) / 1000
      resolve({ ok, ...pieces, output: pieces.stdout + pieces.stderr, seconds })
    }
    child.once('error', (error) => {
      pieces.stderr += `${program}: ${error.message}\n`
      end(false)
    })
    child.once('close', (code) => end(code === 0))
  })
}

/** Tells whether a program answers. */
export async function answers(program, ...words) {
  return (await run(program, words)).ok
}

/** Writes a duration for people. */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
