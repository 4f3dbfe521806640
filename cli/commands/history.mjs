// history: what was sent and what came back.

import { Option } from 'commander'

import { limit } from '../options.mjs'
import { clean } from '../text/clean.mjs'
import { timeText } from '../text/time.mjs'

const SIGNS = { SUCCESS: ['✓', 'green'], PARTIAL: ['!', 'yellow'], FAILED: ['✗', 'red'] }

/** A page of the history: attempts under the deployments that they belong to. */
function renderHistory({ data, total }, { paint }) {
  if (data.length === 0) return 'Nothing was sent.'
  const lines = data.flatMap((record, at) => [
    ...(record.deploymentId === data[at - 1]?.deploymentId ? [] : heading(record, at, paint)),
    attempt(record, paint),
  ])
  const more = total > data.length ? ` of ${total}; --limit shows more` : ''
  return [...lines, '', `${data.length} shown${more}.`].join('\n')
}

function heading({ deploymentId, actor, createdAt }, at, paint) {
  const by = actor === null ? '' : ` by ${clean(actor)}`
  const title = `${paint.bold(clean(deploymentId ?? 'no deployment'))}  ${timeText(createdAt)}${paint.dim(by)}`
  return at === 0 ? [title] : ['', title]
}

function attempt(
  { syncDirection, syncStatus, operation, typeKey, errorCode, errorMessage },
  paint,
) {
  const [sign, colour] = SIGNS[syncStatus]
  const did = `${syncDirection.toLowerCase()} ${operation ?? ''}`.padEnd(11)
  const why = errorCode === null ? '' : `  ${errorCode}: ${clean(errorMessage ?? '')}`
  return `  ${paint[colour](sign)} ${did}  ${clean(typeKey)}${why}`
}

export default {
  words: 'history [type]',
  summary: 'Shows what was sent and what came back, the latest first.',
  options: [
    limit(20),
    new Option('--status <status>', 'only these').choices(['success', 'partial', 'failed']),
    new Option('--deployment <id>', 'of one deployment'),
    new Option('--from <time>', 'not before: an ISO 8601 date or time'),
    new Option('--to <time>', 'not after'),
  ],
  examples: [
    ['history', 'the latest 20 attempts'],
    ['history Article --status failed', 'what failed of one type'],
    ['history --from 2026-11-01 --json', 'since a day, with what was sent'],
  ],
  async run(session, { limit: most, status, deployment, from, to }, key) {
    const engine = await session.engine()
    const page = await engine.getSyncHistory({
      limit: most,
      ...(key && { type: await session.type(key) }),
      ...(status && { status: status.toUpperCase() }),
      ...(deployment && { deploymentId: deployment }),
      ...(from && { from }),
      ...(to && { to }),
    })
    session.out.result('history', page, (terminal) => renderHistory(page, terminal))
  },
}
