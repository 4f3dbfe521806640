'use strict'

// The report: what differs, what a deployment would do or did, for people to look at.

const read = require('./arguments.js')
const { failure } = require('./errors.js')
const { mapInTurns } = require('./report/turn.js')

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
    format: wanted,
    query,
  }
}

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function reportOf(nativeOf) {
  return {
    async renderReport(options) {
      const { format, ...wanted } = readReport(options)
      const { gather } = require('./report/data.js')
      // Only the page has room for versions.
      const whole = { ...wanted, drawn: format === 'html', providerId: nativeOf(this).providerId() }
      const write = FORMATS[format]()
      const pieces = await mapInTurns(write(await gather(this, whole)), String)
      return pieces.join('')
    },
  }
}

module.exports = { reportOf }
