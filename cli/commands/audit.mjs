// audit verify, audit export: what the audit shows, and a copy of it.

import { EXIT } from '../exit.mjs'
import { Failure } from '../failure.mjs'
import { clean, count } from '../text/clean.mjs'

/** The verdict about the audit. */
function renderVerdict({ ok, entries, firstBroken, keyed, signedFrom }, { paint }) {
  const number = count(entries, 'entry', 'entries')
  if (!ok) return `${paint.red('✗ broken')}  ${clean(firstBroken)}\n${number} before it are whole.`
  const signed = keyed
    ? `signed from entry ${signedFrom} on`
    : 'nobody signed them: this shows damage, and not a forger (CATALYST_SYNC_AUDIT_KEY)'
  return `${paint.green('✓ whole')}  ${number}; ${signed}.`
}

const verify = {
  words: 'verify',
  summary: 'Follows the audit from its first entry to its last. Ends with 1 when it is broken.',
  examples: [['audit verify --json', 'for a nightly check']],
  async run(session) {
    const engine = await session.engine()
    const verdict = await engine.verifyHistory()
    session.out.result('auditVerdict', verdict, (terminal) => renderVerdict(verdict, terminal))
    return verdict.ok ? EXIT.ok : EXIT.failed
  },
}

const exporting = {
  words: 'export <file>',
  summary: 'Writes the audit as JSON lines that verify from the file alone; - is stdout.',
  examples: [
    ['audit export audit.jsonl', 'only its owner may read the file'],
    ['audit export - | gzip > audit.jsonl.gz', 'through a pipe'],
  ],
  async run(session, flags, file) {
    if (file === '-' && !session.out.isText) refuseBoth(flags)
    const engine = await session.engine()
    if (file === '-') {
      const { entries } = await engine.exportHistory(session.terminal.stdout)
      session.out.note(`${count(entries, 'entry', 'entries')} exported.`)
      return
    }
    const { entries } = await engine.exportHistory(file)
    session.out.result(
      'auditExport',
      { file, entries },
      () => `${count(entries, 'entry', 'entries')} written to ${clean(file)}.`,
    )
  },
}

/** Stdout cannot hold the audit and a document about it. */
function refuseBoth({ json }) {
  const flag = json ? '--json' : '--json-stream'
  const message = `${flag} and the audit itself would both go to stdout`
  const next = `catalyst-sync audit export <file> ${flag}, or - without it: the audit is JSON lines`
  throw new Failure('INVALID_ARGUMENT', message, { next })
}

export default {
  words: 'audit',
  summary: 'Verifies or exports what was done and what was refused.',
  commands: [verify, exporting],
}
