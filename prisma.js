'use strict'

// A Prisma client extension that tells the history of content types who changed them and why.

const sync = require('./index.js')

/** Operations whose result is one row. */
const ONE = ['create', 'update', 'upsert', 'delete']

/** Operations whose result is a list of rows. */
const RETURNING = ['createManyAndReturn', 'updateManyAndReturn']

/** Operations that tell how many rows there were, and not which. */
const COUNTING = ['updateMany', 'deleteMany']

/** The extension, for `prisma.$extends`. */
function recordVersions({ note = { source: 'UI' }, engine = sync, onUnrecorded = warn } = {}) {
  /** Records what became of rows. What is done is done: that it was not recorded fails nothing. */
  async function record(operation, ids) {
    for (const id of ids) {
      const change = { id, operation }
      try {
        const given = typeof note === 'function' ? await note(change) : note
        await engine.recordVersion(id, given)
      } catch (reason) {
        // Of what was never recorded there is no deletion to tell.
        if (reason?.code !== 'TYPE_NOT_FOUND') onUnrecorded(reason, change)
      }
    }
  }

  function skip(operation, why) {
    onUnrecorded(new Error(`${operation} of content types is not recorded: ${why}`), { operation })
  }

  /** Has the ids told, whatever the caller wants to see of the rows. */
  function returning(client) {
    return async ({ operation, args, query, ...rest }) => {
      const elsewhere = answersOther(rest)
      const { asked, hide } = elsewhere ? { asked: args } : withId(args ?? {}, omitsId(client))
      // Called before anything is awaited: what is late is no part of its transaction.
      const result = await query(asked)
      const rows = Array.isArray(result) ? result : [result]
      const ids = elsewhere ? [givenId(operation, args)] : rows.map(({ id }) => id)
      if (hide) for (const row of rows) delete row.id
      if (isOpen(rest)) skip(operation, OPEN)
      else if (ids.includes(undefined)) skip(operation, OTHER)
      else await record(operation, ids)
      return result
    }
  }

  /** Says of each row that may be touched what became of it; of one that is the same there is nothing. */
  function counting(client) {
    return async ({ operation, args, query, ...rest }) => {
      if (transactionOf(rest) !== undefined) {
        skip(operation, isOpen(rest) ? OPEN : 'in a transaction it does not tell which')
        return query(args)
      }
      const touched = await client.contentType.findMany({
        where: args?.where,
        select: { id: true },
      })
      const result = await query(args)
      const now = written(args?.data?.id)
      await record(
        operation,
        touched.map(({ id }) => now ?? id),
      )
      return result
    }
  }

  async function createMany({ operation, args, query, ...rest }) {
    const result = await query(args)
    const ids = [args?.data ?? []].flat().map(({ id }) => id)
    if (isOpen(rest)) skip(operation, OPEN)
    else if (ids.includes(undefined))
      skip(operation, 'use createManyAndReturn, which tells the ids')
    else await record(operation, ids)
    return result
  }

  return (client) =>
    client.$extends({
      name: 'catalyst-sync',
      query: {
        contentType: {
          ...Object.fromEntries([...ONE, ...RETURNING].map((name) => [name, returning(client)])),
          ...Object.fromEntries(COUNTING.map((name) => [name, counting(client)])),
          createMany,
        },
      },
    })
}

const OPEN = 'its transaction is open; call recordVersion when it is through'

const OTHER = 'the answer does not tell which; name it by its id'

/**
 * The transaction of an operation. Prisma tells extensions nothing of it in its public contract, so this
 * is read as Prisma's own extensions read it; where it is missing, there is none.
 */
function transactionOf({ __internalParams }) {
  return __internalParams?.transaction
}

/** Inside an interactive transaction nobody else sees the row yet; an array's is through by then. */
function isOpen(rest) {
  return transactionOf(rest)?.kind === 'itx'
}

/** Whether the answer is what belongs to the row and not the row, as of `update(…).website()`. */
function answersOther({ __internalParams }) {
  return (__internalParams?.dataPath ?? []).length > 0
}

/** The id of the one row that an operation is about, where its arguments name it. */
function givenId(operation, { data, where, create, update }) {
  if (operation === 'create') return data.id
  if (operation !== 'upsert') return written(data?.id) ?? where.id
  // Which of the two it was, the answer does not tell.
  const ids = new Set([create.id, written(update.id) ?? where.id])
  return ids.size === 1 ? create.id : undefined
}

/** The value that a member is given by an update. */
function written(value) {
  return value?.set ?? value
}

/** Whether a client leaves the id out unless it is asked for. Read as Prisma's own runtime reads it. */
function omitsId(client) {
  return client._globalOmit?.contentType?.id === true
}

/** The arguments with the id among what is returned, and whether the caller did not ask for it. */
function withId(args, isOmitted) {
  if (args.select) {
    if (args.select.id) return { asked: args, hide: false }
    return { asked: { ...args, select: { ...args.select, id: true } }, hide: true }
  }
  if (args.omit?.id ?? isOmitted)
    return { asked: { ...args, omit: { ...args.omit, id: false } }, hide: true }
  return { asked: args, hide: false }
}

function warn({ message }) {
  process.emitWarning(message, { code: 'CATALYST_SYNC_UNRECORDED' })
}

module.exports = { recordVersions }
