// log: the versions of a type.

import { Option } from 'commander'

import { limit } from '../options.mjs'
import { clean, cleanLines } from '../text/clean.mjs'
import { timeText } from '../text/time.mjs'

const LEVELS = { create: 'green', update: 'yellow', delete: 'red' }

/** Versions, newest first, two lines each. */
export function renderLog(versions, { paint }) {
  if (versions.length === 0) return 'There is no version yet; deployments and edits make them.'
  return versions
    .flatMap(({ hash, semver, changeType, source, author, createdAt, message, typeKey }) => [
      `${paint.yellow(`${clean(typeKey)}@${hash.slice(0, 12)}`)}  ${paint.bold(semver ?? '–')}  ` +
        `${paint[LEVELS[changeType]](changeType)}  ${source}${author ? ` by ${clean(author)}` : ''}  ` +
        paint.dim(timeText(createdAt)),
      `    ${clean(message ?? '')}`.trimEnd(),
    ])
    .filter((line) => line !== '')
    .join('\n')
}

export default {
  words: 'log <type>',
  summary: 'Shows the versions of a type, the latest first.',
  options: [
    limit(20),
    new Option('--graph', 'all of them, with what they were made from'),
    new Option('--author <name>', 'by one author'),
    new Option('--source <source>', 'of one source').choices(['UI', 'AI', 'SYNC']),
  ],
  examples: [
    ['log Article', 'its versions'],
    ['log Article --graph', 'drawn, merges included'],
    ['log Article --source AI', 'what an assistant changed'],
  ],
  async run(session, { limit: most, graph, author, source }, key) {
    const engine = await session.engine()
    const type = await session.type(key)
    if (graph) {
      const tree = await engine.getVersionTree(type)
      session.out.result('versionTree', tree, () => cleanLines(engine.formatTree(tree)))
      return
    }
    const versions = await engine.getVersionHistory(type, {
      limit: most,
      ...(author && { author }),
      ...(source && { source }),
    })
    session.out.result('versions', { versions }, (terminal) => renderLog(versions, terminal))
  },
}
