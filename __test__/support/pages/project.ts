// A scratch project, in which somebody types what a page tells them to type.

import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { Bench } from '../bench'
import { neededVariables, watched } from '../cli'
import { environment, ROOT } from '../script'

/** Runs its arguments on a pseudo terminal, and ends as they do. */
const TERMINAL = `
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))`

/** Programs that an installation puts beside each other, and where they are here. */
const PROGRAMS = {
  'catalyst-sync': join(ROOT, 'cli', 'main.mjs'),
  prisma: join(ROOT, 'node_modules', 'prisma', 'build', 'index.js'),
}

/** What somebody waits for on a terminal, and what they type then. */
export type Answer = [question: string, keys: string]

/** How a line ended, and what it printed. */
export interface Typed {
  code: number | null
  first: string
  output: string
}

/** A studio of two types and its platform, with the package and Prisma installed. */
export class Project {
  private constructor(
    readonly bench: Bench,
    private readonly env: Record<string, string>,
  ) {}

  /** `isSet` is whether the environment says already where the studio and the platform are. */
  static async open({ isSet = true }: { isSet?: boolean } = {}): Promise<Project> {
    const bench = await Bench.open({ types: 2 })
    const { folder } = bench
    const bin = folder.file('node_modules/.bin')
    mkdirSync(bin, { recursive: true })
    symlinkSync(ROOT, folder.file('node_modules/catalyst-sync'), 'junction')
    writeFileSync(folder.file('package.json'), '{ "name": "studio", "private": true }\n')
    for (const [name, path] of Object.entries(PROGRAMS)) {
      const text = `#!/bin/sh\nexec "${process.execPath}" "${path}" "$@"\n`
      writeFileSync(join(bin, name), text, { mode: 0o755 })
    }
    mkdirSync(folder.file('prisma'))
    copyFileSync(join(ROOT, '__test__/support/studio.prisma'), folder.file('prisma/schema.prisma'))
    return new Project(bench, {
      ...neededVariables(),
      PATH: [bin, process.env.PATH].join(delimiter),
      ...(isSet && environment(bench)),
      // Nothing is fetched: what is not here is missing.
      npm_config_offline: 'true',
      npm_config_loglevel: 'error',
      npm_config_update_notifier: 'false',
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    })
  }

  /** Puts the engine of Prisma beside it that is fetched nowhere. */
  usePrisma(): void {
    copyFileSync(join(ROOT, '__test__/support/prisma.config.mjs'), this.file('prisma.config.mjs'))
    const adapters = join(ROOT, 'node_modules', '@prisma')
    symlinkSync(adapters, this.file('node_modules/@prisma'), 'junction')
  }

  file(name: string): string {
    return this.bench.folder.file(name)
  }

  /** Types a line; with answers on a terminal, else as a job would. */
  async type(line: string, answers: Answer[] = []): Promise<Typed> {
    const shell = ['sh', '-e', '-c', line]
    const [program = '', ...words] =
      answers.length > 0 ? ['python3', '-c', TERMINAL, ...shell] : shell
    const terminal = answers.length > 0 ? { TERM: 'dumb' } : {}
    const child = spawn(program, words, {
      cwd: this.bench.folder.path,
      env: { ...this.env, ...terminal },
      timeout: 30_000,
      killSignal: 'SIGKILL',
    })
    const { ended, until } = watched(child)
    for (const [question, keys] of answers) {
      await until(question)
      child.stdin.write(keys)
    }
    if (answers.length === 0) child.stdin.end()
    const { code, stdout, stderr } = await ended
    const output = `${stdout}${stderr}`.replaceAll('\r\n', '\n')
    return { code, first: output.trimStart().split('\n')[0] ?? '', output }
  }

  close(): Promise<void> {
    return this.bench.close()
  }
}
