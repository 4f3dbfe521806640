'use strict'

const native = require('../native.js')
const { assemble } = require('./answer.js')

/** Makes an `Error` of the caller's realm out of the engine's report. */
function fromReport(report) {
  const { message, causes, ...members } = report
  const cause = causes.reduceRight(
    (inner, text) => new Error(text, inner && { cause: inner }),
    undefined,
  )
  return Object.assign(new Error(message, cause && { cause }), members)
}

/** Makes an error of the engine's one table of codes. */
function failure(code, message) {
  return fromReport(JSON.parse(native.describeError(code, message)))
}

/** Reads what the addon threw: the report is its message. Anything else is a defect. */
function fromNative(thrown) {
  let report
  try {
    report = JSON.parse(thrown.message)
  } catch {
    return Object.assign(failure('INTERNAL', thrown.message), { cause: thrown })
  }
  return fromReport(report)
}

/** Calls the addon, whose errors become ours. */
function call(work) {
  try {
    return work()
  } catch (thrown) {
    throw fromNative(thrown)
  }
}

/** Awaits an answer of the addon and reads it. */
async function ask(question, read) {
  let answer
  try {
    answer = await question()
  } catch (thrown) {
    throw fromNative(thrown)
  }
  return assemble(answer, read)
}

/** Refuses an argument that should be a function. */
function requireFunction(name, value) {
  if (typeof value === 'function') return
  const given = value === null ? 'null' : `of type ${typeof value}`
  throw failure('INVALID_ARGUMENT', `${name} is ${given}, and should be a function`)
}

module.exports = { failure, call, ask, requireFunction }
