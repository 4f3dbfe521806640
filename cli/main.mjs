#!/usr/bin/env node
// The command line.

import { CommanderError } from 'commander'

import { EXIT, exitOfCode } from './exit.mjs'
import { Failure } from './failure.mjs'
import { Output } from './output.mjs'
import { programOf } from './program.mjs'
import { Session } from './session.mjs'
import { terminalOf } from './terminal.mjs'

// Whoever reads less than all of it has read enough, as in `catalyst-sync diff | head`; what runs goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Runs the work of one command and ends with its exit code. */
async function run(work, flags, given) {
  const session = new Session(flags, process)
  try {
    if (flags.cwd !== undefined) enter(flags.cwd)
    process.exitCode = (await work(session, flags, ...given)) ?? EXIT.ok
  } catch (error) {
    process.exitCode = failed(session, error)
  } finally {
    await session.close()
  }
}

function enter(folder) {
  try {
    process.chdir(folder)
  } catch (cause) {
    const message = `--cwd names ${folder}, which is no folder`
    throw new Failure('INVALID_ARGUMENT', message, { cause, next: 'name a folder that exists' })
  }
}

/** Tells an error; a prompt that was left with Ctrl-C is none. */
function failed(session, error) {
  if (error.name === 'ExitPromptError') return EXIT.interrupted
  session.out.failed(error)
  return exitOfCode(error.code)
}

/** Tells what is wrong with the arguments, of which no session could be made. */
function misused({ code, message, command }) {
  const given = new Set(process.argv.slice(2))
  const mode = given.has('--json') ? 'json' : given.has('--json-stream') ? 'stream' : 'text'
  const out = new Output(terminalOf(process, { colour: !given.has('--no-color') }), mode)
  const next = `${command} --help`
  // Where the command is missing, Commander shows the help instead of saying so.
  const told = code === 'commander.help' ? 'a command is missing' : wordsOf(message)
  out.failed(new Failure('INVALID_ARGUMENT', told, { next }))
}

/** A sentence of Commander's, as one line: it guesses on a line of its own. */
function wordsOf(message) {
  return message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
    .replace(/\.$/, '')
}

try {
  await programOf(run).parseAsync()
} catch (error) {
  // Help and version are no error.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.failed
  if (error.exitCode !== 0) misused(error)
}
