import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { PrismaBetterSQLite3 } from '@prisma/adapter-better-sqlite3'
import type { Prisma, PrismaClient } from '@prisma/client'

import { ROOT } from './script'

export type { PrismaClient }

/** How the client writes dates: as Prisma's native engine does, or as its driver adapters do by default. */
export const DATES = ['unixepoch-ms', 'iso8601'] as const

/** A suite of the generated client; `scripts/prisma-client.mjs` tells where there is none. */
export const describeClient = existsSync(join(ROOT, 'node_modules/.prisma/client/schema.prisma'))
  ? describe
  : describe.skip

interface Made {
  timestampFormat?: (typeof DATES)[number]
  omit?: Prisma.PrismaClientOptions['omit']
}

/** A generated Prisma client of a studio's database. */
export function clientOf(path: string, { timestampFormat = 'unixepoch-ms', omit }: Made = {}) {
  // Not imported above, because Prisma does not load in every Node.js.
  const { PrismaClient: Client } = require('@prisma/client') as typeof import('@prisma/client')
  const { PrismaBetterSQLite3: Adapter } = require('@prisma/adapter-better-sqlite3') as {
    PrismaBetterSQLite3: typeof PrismaBetterSQLite3
  }
  const options: Prisma.PrismaClientOptions = {
    adapter: new Adapter({ url: `file:${path}` }, { timestampFormat }),
    ...(omit && { omit }),
  }
  return new Client(options)
}
