import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

import type { Bench } from './bench'
import { environment, ROOT, type Ended } from './script'

const MAIN = join(ROOT, 'cli', 'main.mjs')

/** Of this process, what a program needs to run at all; whatever else it finds, a test gave it. */
const NEEDED = ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP', 'APPDATA']

/** A command that goes on. */
export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** Resolves once stdout and stderr together hold a text; rejects if the command ends before. */
  until(text: string): Promise<void>
}

/** A folder in which the command line is used, as a person or a job would. */
export class Shell {
  constructor(
    readonly folder: string,
    readonly env: Record<string, string> = {},
  ) {}

  /** The shell of somebody who works with a bench: its studio and its platform are in the environment. */
  static at(bench: Bench, env: Record<string, string> = {}): Shell {
    return new Shell(bench.folder.path, { ...environment(bench), ...env })
  }

  /** Runs a command to its end; `input` is what it reads. */
  run(words: string[], { input, env }: { input?: string; env?: Record<string, string> } = {}) {
    const { child, ended } = this.start(words, { env })
    child.stdin?.end(input)
    return ended
  }

  /** Runs a command that answers with JSON. */
  async json(...words: string[]): Promise<Record<string, any>> {
    const { stdout } = await this.run([...words, '--json'])
    return JSON.parse(stdout) as Record<string, any>
  }

  start(words: string[], { env = {} }: { env?: Record<string, string> } = {}): Running {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: this.folder,
      env: { ...neededVariables(), ...this.env, ...env },
      timeout: 30_000,
      killSignal: 'SIGABRT',
    })
    return watched(child)
  }
}

export function neededVariables(): Record<string, string> {
  const held = NEEDED.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(held.filter((one): one is [string, string] => one[1] !== undefined))
}

/** Gathers what a process prints. */
export function watched(child: ChildProcess): Running {
  const printed = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...printed }))
  })
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!(printed.stdout + printed.stderr).includes(text)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
      ended.then(
        () => reject(new Error(`ended without ${text}: ${JSON.stringify(printed)}`)),
        reject,
      )
    })
  return { child, ended, until }
}
