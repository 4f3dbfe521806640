// Prisma without its native engine, which would have to be fetched: its WebAssembly one over better-sqlite3.

import { PrismaBetterSQLite3 } from '@prisma/adapter-better-sqlite3'

class Adapter extends PrismaBetterSQLite3 {
  /** Prisma 6.19 passes a whole migration where better-sqlite3 takes one statement only. */
  async connectToShadowDb() {
    const shadow = await super.connectToShadowDb()
    const executeRaw = shadow.executeRaw.bind(shadow)
    shadow.executeRaw = async (query) => {
      if (query.args.length > 0) return executeRaw(query)
      await shadow.executeScript(query.sql)
      return 0
    }
    return shadow
  }
}

export default {
  schema: process.env.PRISMA_SCHEMA,
  migrations: { path: process.env.PRISMA_MIGRATIONS },
  engine: 'js',
  experimental: { adapter: true },
  adapter: async () => new Adapter({ url: process.env.DATABASE_URL }),
}
