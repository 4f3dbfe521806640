// show: one version, and what it changed.

import { Option } from 'commander'

import { clean, cleanLines } from '../text/clean.mjs'
import { versionOf } from '../revision.mjs'
import { renderLog } from './log.mjs'

/** A version: who made it, what it changed, and its content if that is wanted. */
function renderVersion({ version, differences, hasContent }, terminal) {
  const content = JSON.stringify(version.snapshot, null, 2)
  const { paint } = terminal
  return [
    renderLog([version], terminal),
    ...(differences.length > 1
      ? [
          paint.dim(
            '    made from two versions: what changed since each gives a number, and the larger one is taken',
          ),
        ]
      : []),
    ...differences.flatMap((difference) => ['', cleanLines(difference.trimEnd())]),
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
    const diffs = other
      ? [await engine.diffVersions(version.hash, other.hash)]
      : await changesOf(engine, version)
    const [diff = null, merged = null] = diffs
    session.out.result('version', { version, other: other ?? null, diff, merged }, (terminal) => {
      const differences = diffs.map((one) => engine.formatDiff(one))
      return renderVersion({ version: other ?? version, differences, hasContent }, terminal)
    })
  },
}

/** What a version changed of each that it was made from, as far as they are kept. */
async function changesOf(engine, { hash, parents }) {
  const kept = await Promise.all(parents.map((parent) => engine.getVersion(parent)))
  const known = kept.filter((parent) => parent !== null)
  return Promise.all(known.map((parent) => engine.diffVersions(parent.hash, hash)))
}
