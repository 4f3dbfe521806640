import { cyan, dim, red, yellow } from './paint.mjs'

const WIDTH = 28
const LEVELS = { info: (text) => text, warning: yellow, error: red }

/**
 * Makes an `onUpdate` that shows a deployment: a bar that moves on a terminal, else a line for each
 * entry of the log.
 */
export function progressBar(out = process.stdout) {
  return out.isTTY ? movingBar(out) : plainLines(out)
}

function movingBar(out) {
  return ({ progress, status, logs }) => {
    const filled = Math.round((progress / 100) * WIDTH)
    const bar = cyan('━'.repeat(filled)) + dim('─'.repeat(WIDTH - filled))
    const percent = `${progress}`.padStart(3)
    const room = Math.max(0, (out.columns || 80) - WIDTH - 12)
    const latest = (logs.at(-1)?.message ?? '').slice(0, room)
    out.write(`\r\x1b[2K   ${bar} ${percent} %  ${dim(latest)}`)
    if (status !== 'running') out.write('\n')
  }
}

function plainLines(out) {
  let shown = 0
  return ({ progress, logs }) => {
    const fresh = logs.slice(shown)
    shown = logs.length
    for (const [at, { level, message }] of fresh.entries()) {
      // Updates are gathered; how far it is, is so after the last entry of one.
      const percent = at === fresh.length - 1 ? `${progress} %` : ''
      out.write(`   ${percent.padStart(5)}  ${LEVELS[level](message)}\n`)
    }
  }
}
