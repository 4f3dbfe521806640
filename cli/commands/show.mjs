// show: one version, and what it changed.

import { Option } from 'commander'

import { clean, cleanLines } from '../text/clean.mjs'
import { versionOf } from '../revision.mjs'
import { renderLog } from './log.mjs'

/** A version: who made it, what it changed, and its content if that is wanted. */
function renderVersion({ version, difference, hasContent }, terminal) {
  const content = JSON.stringify(version.snapshot, null, 2)
  return [
    renderLog([version], terminal),
    ...(difference === '' ? [] : ['', cleanLines(difference)]),
    ...(hasContent ? ['', content.split('\n').map(clean).join('\n')] : []),
  ].join('\n')
}

export default {
  words: 'show <version> [other]',
  summary: 'Shows a version and what it changed, or what differs between two.',
  options: [new Option('--content', 'with the whole definition')],
  examples: [
    ['show Article@1.1.0', 'what that version changed'],
    ['show Article@1.0.0 Article@2.0.0', 'what differs between two'],
    ['show Article@a143badd --content --json', 'its definition'],
  ],
  async run(session, { content: hasContent }, text, otherText) {
    const engine = await session.engine()
    const [version, other] = await Promise.all([
      versionOf(session, text),
      otherText && versionOf(session, otherText),
    ])
    const [from, to] = other ? [version.hash, other.hash] : [version.parents[0], version.hash]
    const known = from !== undefined && (await engine.getVersion(from)) !== null
    const diff = known ? await engine.diffVersions(from, to) : null
    const difference = diff === null ? '' : engine.formatDiff(diff)
    session.out.result('version', { version, other: other ?? null, diff }, (terminal) =>
      renderVersion({ version: other ?? version, difference, hasContent }, terminal),
    )
  },
}
