// diff: what differs between the studio and the platform, and who changed it.

import { exitOfLook } from '../exit.mjs'
import { detailedExitcode } from '../options.mjs'
import { renderDiff } from '../text/diff.mjs'

export default {
  words: 'diff [types...]',
  summary: 'Compares the studio with the platform. Writes nothing.',
  options: [detailedExitcode()],
  examples: [
    ['diff', 'everything'],
    ['diff Article Author', 'two types'],
    ['diff --detailed-exitcode --json', 'for a script: 0 nothing, 2 changes, 3 conflicts'],
  ],
  async run(session, { detailedExitcode: isDetailed }, types) {
    const engine = await session.engine()
    const changes = await engine.detectChanges({
      ...(await session.query(types)),
      includeDetails: true,
    })
    session.out.result('changes', changes, (terminal) => renderDiff(changes, terminal))
    const { total, remoteChanged, conflicts } = changes.summary
    return exitOfLook({ changes: total + remoteChanged, conflicts }, isDetailed)
  },
}
