// recover: settles and closes what interrupted deployments left open.

import { EXIT } from '../exit.mjs'
import { clean, count } from '../text/clean.mjs'
import { findingLines } from '../text/findings.mjs'
import { timeText } from '../text/time.mjs'

/** What was found and settled. */
function renderRecovery({ runs, findings, left }, { paint }) {
  if (runs.length + findings.length + left.length === 0) return 'Nothing was left open.'
  const resumable = runs.filter(({ canResume }) => canResume)
  return [
    ...runs.map(
      ({ id, startedAt, successful, failed, notAttempted }) =>
        `${paint.yellow('closed')} ${clean(id)}  ${paint.dim(timeText(startedAt))}  ` +
        `${successful} done, ${failed} failed, ${notAttempted} not begun`,
    ),
    ...findingLines(findings, paint),
    ...left.map(
      ({ target, websiteId, code, message }) =>
        `${paint.red('left')}   ${clean(target)} ${clean(websiteId)}  ${code}: ${clean(message)}`,
    ),
    '',
    `${count(runs.length, 'deployment')} closed, ${left.length} left. Nothing was sent.`,
    ...resumable.map(
      ({ id }) => `${paint.dim('next')}  catalyst-sync deploy --resume ${clean(id)}`,
    ),
  ].join('\n')
}

export default {
  words: 'recover',
  summary:
    'Settles and closes what interrupted deployments left open. Sends nothing. Ends with 5 when something is left.',
  examples: [['recover', 'after a crash; deploy --resume carries on']],
  async run(session) {
    const engine = await session.engine()
    const report = await engine.recover()
    session.out.result('recovery', report, (terminal) => renderRecovery(report, terminal))
    return report.left.length > 0 ? EXIT.partial : EXIT.ok
  },
}
