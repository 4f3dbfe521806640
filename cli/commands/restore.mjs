// restore: makes an earlier version the present content of its type.

import { Option } from 'commander'

import { yes } from '../options.mjs'
import { versionOf } from '../revision.mjs'
import { renderLog } from './log.mjs'

export default {
  words: 'restore <version>',
  summary: "Writes the content of a version into the studio's row, as a new version on top.",
  options: [yes(), new Option('-m, --message <text>', 'why')],
  examples: [
    ['restore Article@1.0.0 -m "the options were right"', 'asks, then writes; deploy sends it'],
    ['restore Article@1.0.0 --yes', 'does not ask'],
  ],
  async run(session, { yes: isAgreed, message }, text) {
    const { out, prompt } = session
    const engine = await session.engine()
    const version = await versionOf(session, text)
    out.text(renderLog([version], session.terminal))
    const question = `Write this content into the studio's row of ${version.typeKey}?`
    if (!isAgreed) await prompt.agree(question, { instead: '--yes' })
    const made = await engine.restoreVersion(version.hash, message ? { message } : {})
    out.result('restored', { version: made }, (terminal) =>
      made === null
        ? 'That is the present content already.'
        : `${renderLog([made], terminal)}\n${terminal.paint.dim('next')}  catalyst-sync deploy ${version.typeKey}`,
    )
  },
}
