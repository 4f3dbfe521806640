// validate: what is wrong with types before anything is sent.

import { Option } from 'commander'

import { EXIT } from '../exit.mjs'
import { findingLines, findingSummary } from '../text/findings.mjs'

/** Findings as text; notes are only counted unless all are wanted. */
function renderFindings(findings, { isWhole }, { paint }) {
  const shown = findings.filter(({ severity }) => isWhole || severity !== 'info')
  const lines = findingLines(shown, paint)
  const more = shown.length < findings.length ? '; --all shows the notes' : ''
  return [...lines, ...(lines.length > 0 ? [''] : []), `${findingSummary(findings)}${more}.`].join(
    '\n',
  )
}

export default {
  words: 'validate [types...]',
  summary: 'Says what is wrong with types before anything is sent. Writes nothing.',
  options: [
    new Option('-a, --all', 'show notes, too: what the platform does not get'),
    new Option('--strict', 'fail for warnings, too'),
  ],
  examples: [
    ['validate', 'errors and warnings'],
    ['validate --all', 'and notes: what the platform does not get'],
    ['validate --strict --json', 'for a script: 1 when there is a warning or an error'],
  ],
  async run(session, { all: isWhole, strict }, types) {
    const engine = await session.engine()
    const findings = await engine.validate(await session.query(types))
    session.out.result('findings', { findings }, (terminal) =>
      renderFindings(findings, { isWhole }, terminal),
    )
    const spoils = ({ severity }) => severity === 'error' || (strict && severity === 'warning')
    return findings.some(spoils) ? EXIT.failed : EXIT.ok
  },
}
