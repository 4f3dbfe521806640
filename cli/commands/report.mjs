// report: writes what differs, or what a deployment did, as a page or for a pull request.

import { writeFile } from 'node:fs/promises'

import { Option } from 'commander'

import { clean } from '../text/clean.mjs'

export default {
  words: 'report [types...]',
  summary: 'Writes a report: one HTML file, Markdown, or GitHub annotations.',
  options: [
    new Option('-f, --format <format>', 'form of the report')
      .choices(['html', 'markdown', 'github'])
      .default('html'),
    new Option('-o, --output <file>', 'where to; else a file here on a terminal, stdout in a pipe'),
    new Option('--title <text>', 'its heading'),
    new Option('--deployment <id>', 'about a deployment, instead of what differs now'),
  ],
  examples: [
    ['report -o report.html', 'a page that opens from disk'],
    ['report --format markdown', 'for a comment on a pull request'],
  ],
  async run(session, { format, output, title, deployment }, types) {
    const engine = await session.engine()
    const text = await engine.renderReport({
      ...(await session.query(types)),
      format,
      ...(title && { title }),
      ...(deployment && { deploymentId: deployment }),
    })
    const file = output ?? fileFor(session, format, deployment)
    if (file === undefined) {
      session.out.result('report', { format, text }, () => text)
      return
    }
    await writeFile(file, text)
    session.out.result('report', { format, file }, () => `Written to ${clean(file)}.`)
  },
}

const ENDINGS = { html: 'html', markdown: 'md', github: 'txt' }

/** A page is not for reading on a terminal; into a pipe, or as JSON, goes the text itself. */
function fileFor({ out, terminal }, format, deployment) {
  if (!out.isText || terminal.stdout.isTTY !== true) return undefined
  const about = deployment === undefined ? '' : `-${deployment.replace(/[^\w.-]/g, '_')}`
  return `catalyst-sync-report${about}.${ENDINGS[format]}`
}
