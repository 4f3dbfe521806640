// Conflicts: GET lists them, POST finds and decides them, DELETE takes them out of the log.

import {
  clearResolved,
  deleteConflict,
  detectChanges,
  getConflict,
  listConflicts,
  resolveConflicts,
  type Conflict,
  type ConflictStrategyName,
} from 'catalyst-sync'

import {
  answer,
  BadRequest,
  bodyOf,
  notFound,
  number,
  parametersOf,
  text,
} from '@/lib/server/answer'
import { refusal } from '@/lib/server/csrf'
import { EDITOR } from '@/lib/server/editor'
import { providerOf } from '@/lib/server/provider'

const DAY = 24 * 60 * 60 * 1000
const LIMIT = 50

/**
 * The row that the studio's pages read, and whose it is: a type may wait with several targets, and websites
 * may have types of one key. What differs stands in its details.
 */
function row({ fields, autoMerged, local, remote, ancestor, digest, name, ...conflict }: Conflict) {
  const { id, typeKey, websiteId, target, type, status } = conflict
  const { localHash, remoteHash, ancestorHash, createdAt } = conflict
  const { resolution = null, resolvedBy = null, resolvedAt = null } = conflict
  return {
    id,
    typeKey,
    websiteId,
    target,
    type,
    status,
    localHash,
    remoteHash,
    ancestorHash,
    details: { name, fields, autoMerged, local, remote, ancestor, digest },
    resolution,
    resolvedBy,
    resolvedAt,
    createdAt,
  }
}

const brief = ({ id, typeKey, type, fields }: Conflict) => ({
  id,
  typeKey,
  type,
  // What is gone, or decides about a whole type, comes first.
  priority:
    type === 'delete' || type === 'both_exist' ? 'high' : fields.length > 1 ? 'medium' : 'low',
})

const missing = (id: string) => notFound(`no conflict has the id ${JSON.stringify(id)}`)

export function GET(request: Request) {
  return answer(async () => {
    const parameters = parametersOf(request)
    const id = parameters.get('id')
    if (id !== null) {
      const conflict = await getConflict(id)
      return conflict === null ? missing(id) : { conflict: row(conflict) }
    }
    const limit = number(parameters, 'limit') ?? LIMIT
    const offset = number(parameters, 'offset') ?? 0
    const { conflicts, total, hasMore } = await listConflicts({
      type: parameters.get('typeKey') ?? undefined,
      status: (parameters.get('status') ?? undefined) as Conflict['status'] | undefined,
      limit,
      offset,
    })
    return { conflicts: conflicts.map(row), pagination: { total, limit, offset, hasMore } }
  })
}

export async function POST(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const body = await bodyOf(request)
    switch (body.action) {
      case 'detect': {
        const [conflict] = await found([text(body, 'typeKey')])
        return conflict ? { hasConflict: true, conflict: brief(conflict) } : { hasConflict: false }
      }
      case 'detect-all': {
        const conflicts = await found()
        return { totalConflicts: conflicts.length, conflicts: conflicts.map(brief) }
      }
      case 'resolve':
        return resolve(body)
      default:
        throw new BadRequest('action must be detect, detect-all or resolve')
    }
  })
}

async function found(contentTypeKeys?: string[]): Promise<Conflict[]> {
  const { details } = await detectChanges({ contentTypeKeys, includeDetails: true })
  return details?.conflicts ?? []
}

/** Decides what was seen: its digest says which sides that were, and no deployment has to have met it. */
async function resolve(body: Record<string, unknown>) {
  const id = text(body, 'conflictId')
  const recorded = await getConflict(id)
  const seen = { id, digest: body.digest ?? recorded?.digest } as Conflict
  const [resolution] = await resolveConflicts([seen], {
    strategy: text(body, 'resolution') as ConflictStrategyName,
    values: body.values as Record<string, unknown> | undefined,
    resolvedBy: (body.resolvedBy ?? EDITOR) as string,
    provider: providerOf(recorded?.target.split(':')[0] ?? body.provider),
  })
  if (resolution?.conflictId === '' && recorded === null) return missing(id)
  if (!resolution?.success) {
    const error = resolution?.error?.message ?? 'it needs a decision about each property'
    return { success: false, error, requiresManual: true, remaining: resolution?.remaining ?? [] }
  }
  const resolvedAt = (await getConflict(id))?.resolvedAt ?? null
  return { success: true, conflictId: id, resolution: resolution.strategy, resolvedAt }
}

export async function DELETE(request: Request) {
  const refused = await refusal(request)
  if (refused) return refused
  return answer(async () => {
    const parameters = parametersOf(request)
    const id = parameters.get('id')
    if (id !== null) {
      return (await deleteConflict(id)) ? { success: true, deletedConflictId: id } : missing(id)
    }
    if (parameters.get('clearResolved') !== 'true') throw new BadRequest('id is required')
    const olderThanDays = number(parameters, 'olderThanDays') ?? 7
    const deletedCount = await clearResolved({ olderThanDays })
    const cutoffDate = new Date(Date.now() - olderThanDays * DAY)
    return { success: true, deletedCount, cutoffDate }
  })
}
