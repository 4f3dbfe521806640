// drift: what only the platform changed, and what is to become of it.

import { Option } from 'commander'

import { exitOfLook } from '../exit.mjs'
import { Failure } from '../failure.mjs'
import { detailedExitcode } from '../options.mjs'
import { clean, count } from '../text/clean.mjs'
import { typeLines } from '../text/diff.mjs'
import { findingLines } from '../text/findings.mjs'

/** What moved on the platform, and what can be done about it. */
function renderDrift(moved, { paint, width }) {
  if (moved.length === 0) return 'Nothing moved on the platform.'
  return [
    ...moved.flatMap((one) => [
      ...typeLines(one, paint, width),
      ...findingLines(one.findings, paint).map((line) => `      ${line}`),
    ]),
    '',
    `${count(moved.length, 'type')} moved on the platform.`,
    `${paint.dim('next')}  catalyst-sync deploy --pull   ${paint.dim('takes it home')}`,
    `      catalyst-sync drift <type> --accept <path>   ${paint.dim('takes it for no change')}`,
  ].join('\n')
}

export default {
  words: 'drift [types...]',
  summary: 'Shows what only the platform changed, and how much it matters.',
  options: [
    new Option('--accept <path>', "take what moved there for no change; '' is the whole type"),
    detailedExitcode(),
  ],
  examples: [
    ['drift', 'everything that moved'],
    ['drift Author --accept /displayName', 'each side keeps its own'],
    ['drift --detailed-exitcode', 'for a nightly check: 2 when something moved'],
  ],
  async run(session, { accept, detailedExitcode: isDetailed }, types) {
    const engine = await session.engine()
    if (accept !== undefined) return acceptAt(session, types, accept)
    const changes = await engine.detectChanges({
      ...(await session.query(types)),
      includeDetails: true,
    })
    const { remoteChanged: moved } = changes.details
    const { target, complete } = changes
    session.out.result('drift', { target, complete, types: moved }, (terminal) =>
      renderDrift(moved, terminal),
    )
    return exitOfLook({ changes: moved.length, conflicts: 0 }, isDetailed)
  },
}

async function acceptAt(session, types, path) {
  if (types.length !== 1) {
    throw new Failure('INVALID_ARGUMENT', '--accept is about one type', {
      next: 'catalyst-sync drift <type> --accept <path>',
    })
  }
  const engine = await session.engine()
  const accepted = await engine.acceptDrift(await session.type(types[0]), path)
  session.out.result('acceptedDrift', accepted, ({ paint }) =>
    [
      `${paint.green('✓')} ${clean(accepted.typeKey)}: both sides keep their own`,
      ...accepted.paths.map((one) => `      ${clean(one)}`),
    ].join('\n'),
  )
}
