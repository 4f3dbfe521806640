'use strict'

// The report: what differs, what a deployment would do or did, for people to look at.

const { performance } = require('node:perf_hooks')
// As it was when this was loaded: tests replace timers.
const { setImmediate } = require('node:timers')

const read = require('./arguments.js')
const { failure } = require('./errors.js')

/** How long the event loop is held at a time, in milliseconds; one piece more at most. */
const SLICE = 3

/** What writes each format, loaded when it is asked for. */
const FORMATS = {
  html: () => require('./report/page.js').page,
  markdown: () => require('./report/markdown.js').markdown,
  github: () => require('./report/annotations.js').annotations,
}

/** A text among the options. */
function textOption(name, value) {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value !== '') return value
  const given = value === '' ? 'empty' : `of type ${typeof value}`
  throw failure('INVALID_ARGUMENT', `options.${name} is ${given}, and should be a text`)
}

function readReport(options) {
  if (options !== undefined && options !== null && typeof options !== 'object') {
    const message = `options is of type ${typeof options}, and should be an object`
    throw failure('INVALID_ARGUMENT', message)
  }
  const given = read.readableObject('options', options, (all) => ({ ...all }))
  const { deploymentId, format, title, includeDetails: _, ...query } = given
  const wanted = textOption('format', format) ?? 'html'
  if (!Object.hasOwn(FORMATS, wanted)) {
    const message = `options.format is "${wanted}", and should be html, markdown or github`
    throw failure('INVALID_ARGUMENT', message)
  }
  return {
    deploymentId: textOption('deploymentId', deploymentId),
    title: textOption('title', title),
    write: FORMATS[wanted](),
    query,
  }
}

/** Joins what a writer makes piece by piece, with turns of the event loop in between. */
async function written(pieces) {
  const texts = []
  let since = performance.now()
  for (const piece of pieces) {
    texts.push(String(piece))
    if (performance.now() - since < SLICE) continue
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
  return texts.join('')
}

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function reportOf(nativeOf) {
  return {
    async renderReport(options) {
      const { write, ...wanted } = readReport(options)
      const { gather } = require('./report/data.js')
      const report = await gather(this, { ...wanted, providerId: nativeOf(this).providerId() })
      return written(write(report))
    },
  }
}

module.exports = { reportOf }
