// Prisma without its native engine, which would have to be fetched: its WebAssembly one over better-sqlite3.

import { PrismaBetterSQLite3 } from '@prisma/adapter-better-sqlite3'

class Adapter extends PrismaBetterSQLite3 {
  async connect() {
    return takingScripts(await super.connect())
  }

  async connectToShadowDb() {
    return takingScripts(await super.connectToShadowDb())
  }
}

/** Prisma 6.19 passes a whole script where better-sqlite3 takes one statement only. */
function takingScripts(connection) {
  const executeRaw = connection.executeRaw.bind(connection)
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query)
    await connection.executeScript(query.sql)
    return 0
  }
  return connection
}

export default {
  schema: process.env.PRISMA_SCHEMA,
  migrations: { path: process.env.PRISMA_MIGRATIONS },
  engine: 'js',
  experimental: { adapter: true },
  adapter: async () => new Adapter({ url: process.env.DATABASE_URL }),
}
