// What the terminal can do, and what it was asked not to do.

import picocolors from 'picocolors'

const NARROWEST = 40

/** Whether a variable says yes: set, and neither empty, `0` nor `false`. */
function says(value) {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

/** Whether colours go to a stream: https://no-color.org, https://force-color.org */
function wantsColour(stream, env) {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return says(env.FORCE_COLOR)
  return stream.isTTY === true && env.TERM !== 'dumb'
}

function widthOf(stream, env) {
  const columns = stream.columns || Number(env.COLUMNS) || 80
  return Math.max(NARROWEST, columns)
}

/**
 * The terminal as the rest of the command line sees it. `isInteractive` is whether a person can be
 * asked, `isMoving` whether a line may be drawn over.
 */
export function terminalOf({ stdin, stdout, stderr, env }, { colour = true, input = true } = {}) {
  const isMoving = stderr.isTTY === true && env.TERM !== 'dumb' && !says(env.CI)
  return {
    stdin,
    stdout,
    stderr,
    paint: picocolors.createColors(colour && wantsColour(stdout, env)),
    notePaint: picocolors.createColors(colour && wantsColour(stderr, env)),
    width: widthOf(stdout, env),
    noteWidth: widthOf(stderr, env),
    isMoving,
    isInteractive: input && stdin.isTTY === true && stderr.isTTY === true && !says(env.CI),
  }
}
