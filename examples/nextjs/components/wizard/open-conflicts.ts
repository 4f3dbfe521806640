'use client'

import type { Conflict } from 'catalyst-sync'

import type { ConflictRow } from '@/components/conflict/conflict-dialog'
import { useResource } from '@/lib/use-resource'

const PATH = '/api/v1/sync/conflicts?status=pending&limit=1000'

/** The conflicts that are open now, by the key of their type; nothing before they are known. */
export function useOpenConflicts(wanted: boolean) {
  const { value, error, reload } = useResource<{ conflicts: ConflictRow[] }>(
    wanted ? PATH : undefined,
  )
  const open = value && new Map(value.conflicts.map((one) => [one.typeKey, one]))
  return { open, error, reload }
}

export type OpenConflicts = ReadonlyMap<Conflict['typeKey'], ConflictRow>
