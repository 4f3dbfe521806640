#!/usr/bin/env node
// The command line.

import { CommanderError } from 'commander'

import { EXIT, exitOfCode } from './exit.mjs'
import { Failure } from './failure.mjs'
import { programOf } from './program.mjs'
import { Session } from './session.mjs'

// Whoever reads less than all of it has read enough, as in `catalyst-sync diff | head`; what runs goes on.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
})

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
    throw new Failure('INVALID_ARGUMENT', `--cwd names ${folder}, which is no folder`, { cause })
  }
}

/** Tells an error; a prompt that was left with Ctrl-C is none. */
function failed(session, error) {
  if (error.name === 'ExitPromptError') return EXIT.interrupted
  session.out.failed(error)
  return exitOfCode(error.code)
}

try {
  await programOf(run).parseAsync()
} catch (error) {
  // Commander has said already what is wrong with the arguments; help and version are no error.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.failed
}
