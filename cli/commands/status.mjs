// status: where every type stands, as the engine remembers it.

import { exitOfLook } from '../exit.mjs'
import { all, detailedExitcode } from '../options.mjs'
import { clean, count } from '../text/clean.mjs'
import { renderTable } from '../text/table.mjs'
import { timeText } from '../text/time.mjs'

const PAINTS = {
  in_sync: 'green',
  new: 'cyan',
  modified: 'yellow',
  deleted: 'red',
  conflict: 'magenta',
  failed: 'red',
}

const COLUMNS = [
  { title: 'TYPE', of: ({ typeKey }) => typeKey },
  {
    title: 'STATUS',
    of: ({ status }) => status.replace('_', ' '),
    paint:
      ({ status }, paint) =>
      (text) =>
        paint[PAINTS[status] ?? 'blue'](text),
  },
  { title: 'VERSION', of: ({ semver }) => semver },
  { title: 'LAST SYNC', of: ({ lastSyncAt }) => (lastSyncAt ? timeText(lastSyncAt) : 'never') },
  { title: 'WEBSITE', of: ({ websiteId }) => websiteId, shrinks: true },
]

/** The states of types as text; those in step are only counted unless all are wanted. */
function renderStates(states, { all }, terminal) {
  const { paint } = terminal
  const shown = all ? states : states.filter(({ status }) => status !== 'in_sync')
  const targets = [...new Set(states.map(({ target }) => target).filter(Boolean))]
  const hidden = states.length - shown.length
  return [
    ...targets.map((target) => `${paint.bold('Target')}  ${clean(target)}`),
    ...(shown.length > 0 ? ['', renderTable(shown, COLUMNS, terminal)] : []),
    ...(targets.length > 0 || shown.length > 0 ? [''] : []),
    `${count(states.length, 'type')}, ${hidden > 0 ? `${hidden} of them in step and not shown` : 'all shown'}.`,
  ].join('\n')
}

export default {
  words: 'status',
  summary: 'Shows where types stand, as the last deployment left them. Asks no platform.',
  options: [detailedExitcode(), all()],
  examples: [
    ['status', 'what is not in step'],
    ['status --all --json', 'every type, for a script'],
  ],
  async run(session, { all: isWhole, detailedExitcode: isDetailed }) {
    const engine = await session.engine()
    const { website } = await session.settings()
    const states = await engine.listSyncStates(website ? { websiteId: website } : {})
    session.out.result('status', { states }, (terminal) =>
      renderStates(states, { all: isWhole }, terminal),
    )
    const number = (test) => states.filter(test).length
    const changes = number(({ status }) => status !== 'in_sync')
    const conflicts = number(({ status }) => status === 'conflict')
    return exitOfLook({ changes, conflicts }, isDetailed)
  },
}
