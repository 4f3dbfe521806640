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
    new Option('-o, --output <file>', 'where to; else stdout'),
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
    if (output === undefined) {
      session.out.result('report', { format, text }, () => text)
      return
    }
    await writeFile(output, text)
    session.out.result('report', { format, file: output }, () => `Written to ${clean(output)}.`)
  },
}
