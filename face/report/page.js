'use strict'

// The page: one file that needs nothing else, runs nothing and loads nothing.

const { createHash } = require('node:crypto')

const { deploymentSection } = require('./deployment.js')
const { findingsSection } = require('./findings.js')
const { constant, markup } = require('./markup.js')
const { heading, lead } = require('./sentences.js')
const { STYLE } = require('./style.js')
const { summarySection } = require('./summary.js')
const { moment } = require('./text.js')
const { typesSection } = require('./types.js')

/** Of the very style sheet: nothing else styles the page, and nothing at all runs or loads in it. */
const HASH = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'`

/** What the page consists of, and which of it a report has. */
const SECTIONS = [
  { id: 'deployment', name: 'Deployment', has: 'deployment', write: deploymentSection },
  { id: 'summary', name: 'What changes where', has: 'now', write: summarySection },
  { id: 'findings', name: 'Risks and findings', has: 'now', write: findingsSection },
  { id: 'types', name: 'Type by type', has: 'now', write: typesSection },
]

function head(title) {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${constant(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${constant(`<style>${STYLE}</style>`)}
      </head> `
}

/** Says what could not be read, and what to do about it. */
function notice({ code, message, details }) {
  const next = details?.nextStep
  return markup`<p class="notice">
    <strong>Where both sides stand now could not be read.</strong>
    <code>${code}</code> ${message}${next && `; ${next}`}
  </p>`
}

function header(title, report) {
  return markup`<header>
      <h1>${title}</h1>
      <p class="lead">${lead(report)}</p>
      ${report.unread && notice(report.unread)}
    </header> `
}

/** The sections that a report has; of a deployment, those about now say so. */
function sectionsOf(report) {
  const own = SECTIONS.filter(({ has }) => report[has] !== undefined)
  if (report.deployment === undefined) return own
  return own.map(({ name, ...one }) => ({
    ...one,
    name: one.has === 'now' ? `${name}, now` : name,
  }))
}

function navigation(sections) {
  return markup`<nav aria-label="Sections">
    <ul>
      ${sections.map(({ id, name }) => markup`<li><a href="#${id}">${name}</a></li> `)}
    </ul>
  </nav> `
}

function footer({ madeAt }) {
  return markup`<footer>
    Made by catalyst-sync at <time datetime="${madeAt.toISOString()}">${moment(madeAt)}</time>.
    Nothing was written to either side.
  </footer> `
}

/** Writes the page piece by piece. */
function* page(report) {
  const title = report.title ?? heading(report)
  const sections = sectionsOf(report)
  yield head(title)
  yield constant('<body>\n')
  yield header(title, report)
  yield navigation(sections)
  yield constant('<main>\n')
  for (const { id, name, write } of sections) {
    yield constant(`<section aria-labelledby="${id}">\n`)
    yield markup`<h2 id="${id}">${name}</h2> `
    yield* write(report)
    yield constant('</section>\n')
  }
  yield constant('</main>\n')
  yield footer(report)
  yield constant('</body>\n</html>\n')
}

module.exports = { page }
