import { randomUUID } from 'node:crypto'

import Database from 'better-sqlite3'

type Row = Record<string, unknown>
type Args = {
  data?: Row | Row[]
  create?: Row
  update?: Row
  where?: Row
  select?: Row
  omit?: Row
}
type Query = (args: Args) => Promise<unknown>
type Hook = (call: {
  model: string
  operation: string
  args: Args
  query: Query
  __internalParams: { transaction?: { kind: 'itx' | 'batch' } }
}) => Promise<unknown>
interface Extension {
  query: { contentType: Record<string, Hook> }
}

const OPERATIONS = [
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
  'findMany',
] as const

type Model = Record<(typeof OPERATIONS)[number], Query>

/**
 * Stands in for a generated Prisma client: its model `ContentType` on the studio's own tables, and
 * extensions as Prisma documents them. A `query` hook gets `{ model, operation, args, query }` and
 * returns what `query(args)` resolves to; `$extends` takes an extension, or a function that is given the
 * client. The transaction is told as Prisma's runtime tells it.
 */
export class PrismaLike {
  readonly contentType: Model

  constructor(
    private readonly path: string,
    private readonly hooks: Record<string, Hook> = {},
    private readonly transaction?: { kind: 'itx' | 'batch' },
  ) {
    const operations = OPERATIONS.map((name) => [name, (args: Args = {}) => this.call(name, args)])
    this.contentType = Object.fromEntries(operations) as Model
  }

  $extends(extension: Extension | ((client: PrismaLike) => PrismaLike)): PrismaLike {
    if (typeof extension === 'function') return extension(this)
    return new PrismaLike(this.path, { ...this.hooks, ...extension.query.contentType })
  }

  /** As `$transaction` gives it to the functions that it runs. */
  within(kind: 'itx' | 'batch'): PrismaLike {
    return new PrismaLike(this.path, this.hooks, { kind })
  }

  private async call(operation: string, args: Args): Promise<unknown> {
    const query: Query = async (given) => this.run(operation, given)
    const hook = this.hooks[operation]
    const __internalParams = { transaction: this.transaction }
    if (hook === undefined) return query(args)
    return hook({ model: 'ContentType', operation, args, query, __internalParams })
  }

  private run(operation: string, args: Args): unknown {
    const database = new Database(this.path)
    const [where, ...values] = condition(args.where)
    const found = () =>
      database.prepare(`SELECT * FROM "ContentType" ${where}`).all(values) as Row[]
    const insert = (data: Row): Row => {
      const made = { id: `c${randomUUID()}`, createdAt: 1, updatedAt: 1, settings: null, ...data }
      const names = Object.keys(made)
      const places = names.map((name) => `@${name}`).join()
      database.prepare(`INSERT INTO "ContentType" (${names.join()}) VALUES (${places})`).run(made)
      return made
    }
    const set = (data: Row): Row[] => {
      const ids = found().map(({ id }) => id)
      const names = Object.keys(data).map((name) => `"${name}" = @${name}`)
      const update = database.prepare(`UPDATE "ContentType" SET ${names.join()} WHERE id = @of`)
      for (const of of ids) update.run({ ...data, of })
      const all = database.prepare(`SELECT * FROM "ContentType"`).all() as Row[]
      return all.filter(({ id }) => ids.includes(id))
    }
    const drop = (): Row[] => {
      const gone = found()
      for (const { id } of gone) database.prepare(`DELETE FROM "ContentType" WHERE id = ?`).run(id)
      return gone
    }
    const many = [args.data ?? []].flat()
    const shown = (rows: Row[]) => rows.map((row) => pick(row, args))
    try {
      switch (operation) {
        case 'create':
          return shown(many.map(insert))[0]
        case 'createManyAndReturn':
          return shown(many.map(insert))
        case 'createMany':
          return { count: many.map(insert).length }
        case 'update':
          return shown(set(many[0] ?? {}))[0]
        case 'updateManyAndReturn':
          return shown(set(many[0] ?? {}))
        case 'updateMany':
          return { count: set(many[0] ?? {}).length }
        case 'upsert':
          return shown(found().length > 0 ? set(args.update ?? {}) : [insert(args.create ?? {})])[0]
        case 'delete':
          return shown(drop())[0]
        case 'deleteMany':
          return { count: drop().length }
        default:
          return shown(found())
      }
    } finally {
      database.close()
    }
  }
}

function condition(where: Row = {}): [string, ...unknown[]] {
  const names = Object.keys(where)
  if (names.length === 0) return ['']
  return [`WHERE ${names.map((name) => `"${name}" = ?`).join(' AND ')}`, ...Object.values(where)]
}

function pick(row: Row, { select, omit }: Args): Row {
  const wanted = Object.entries(row).filter(([name]) => {
    if (select) return select[name] === true
    return omit?.[name] !== true
  })
  return Object.fromEntries(wanted)
}
