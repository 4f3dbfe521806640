'use strict'

// The audit: verified, and written to a file or a stream.

const { randomUUID } = require('node:crypto')
const { open, rename, rm, stat } = require('node:fs/promises')

const { readableObject } = require('./arguments.js')
const { ask, failure } = require('./errors.js')
const { read: readPlain } = require('./values.js')

/** An error of writing, with what the system said. */
function unwritable(what, cause) {
  const reason = cause?.message ?? String(cause)
  return Object.assign(failure('EXPORT_FAILED', `${what} cannot be written: ${reason}`), { cause })
}

function isWritable(value) {
  return ['write', 'on', 'off'].every((name) => typeof value?.[name] === 'function')
}

/** Writes each part when the one before is through; tells how many entries there were. */
async function passOn(native, write) {
  let entries = 0
  let cursor
  do {
    const batch = await ask(() => native.exportHistory(cursor), readPlain)
    await write(batch.text.join(''))
    entries += batch.entries
    cursor = batch.cursor === null ? undefined : JSON.stringify(batch.cursor)
  } while (cursor !== undefined)
  return { entries }
}

/** To a file that has its name only when it is whole. */
async function toFile(native, path) {
  const existing = await stat(path).catch(() => undefined)
  if (existing !== undefined && !existing.isFile()) {
    throw failure('INVALID_ARGUMENT', `destination is ${path}, which is there and is no file`)
  }
  const aside = `${path}.${randomUUID()}.tmp`
  const writing = (work) =>
    work().catch((cause) => {
      throw unwritable(path, cause)
    })
  // The history is for nobody but the owner to read.
  const file = await writing(() => open(aside, 'wx', 0o600))
  try {
    const told = await passOn(native, (text) => writing(() => file.appendFile(text)))
    await writing(() => file.sync())
    await file.close()
    await writing(() => rename(aside, path))
    return told
  } catch (error) {
    // Closing again does nothing; what is left of the file goes, and the error is what is told.
    await file.close().catch(() => {})
    await rm(aside, { force: true }).catch(() => {})
    throw error
  }
}

/** To a stream, which is neither ended nor destroyed: it is the caller's. */
async function toStream(native, stream) {
  let broken
  let interrupt
  const interrupted = new Promise((_, reject) => {
    interrupt = (cause) => {
      broken ??= unwritable('the stream', cause)
      reject(broken)
    }
  })
  // Nobody may be waiting when it breaks.
  interrupted.catch(() => {})
  const onClose = () => interrupt(new Error('it was closed'))
  stream.on('error', interrupt)
  stream.on('close', onClose)
  const write = (text) => {
    if (broken !== undefined) throw broken
    // The callback comes when the stream has taken the text, however long that is.
    const taken = new Promise((resolve, reject) => {
      const broke = (cause) => reject(unwritable('the stream', cause))
      try {
        stream.write(text, (cause) => (cause ? broke(cause) : resolve()))
      } catch (thrown) {
        broke(thrown)
      }
    })
    return Promise.race([taken, interrupted])
  }
  try {
    if (stream.destroyed === true) onClose()
    return await passOn(native, write)
  } finally {
    stream.off('close', onClose)
    // What a broken stream still emits has been told already.
    if (broken === undefined) stream.off('error', interrupt)
  }
}

/** The methods of an engine; `nativeOf` gives the addon's side of it. */
function auditOf(nativeOf) {
  return {
    async verifyHistory() {
      return ask(() => nativeOf(this).verifyHistory(), readPlain)
    },

    async exportHistory(destination) {
      const native = nativeOf(this)
      if (typeof destination === 'string' && destination !== '') return toFile(native, destination)
      if (readableObject('destination', destination, isWritable))
        return toStream(native, destination)
      const given = destination === null ? 'null' : `of type ${typeof destination}`
      const message = `destination is ${destination === '' ? 'empty' : given}, and should be a path or a stream`
      throw failure('INVALID_ARGUMENT', message)
    },
  }
}

module.exports = { auditOf }
