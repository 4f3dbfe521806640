'use client'

import type { ConflictRow } from '@/components/conflict/conflict-dialog'
import { useResource } from '@/lib/use-resource'

const PATH = '/api/v1/sync/conflicts?status=pending&limit=1000'

/** The conflicts that are open now, newest first; nothing before they are known. */
export function useOpenConflicts(wanted: boolean) {
  const { value, error, reload } = useResource<{ conflicts: ConflictRow[] }>(
    wanted ? PATH : undefined,
  )
  return { open: value?.conflicts, error, reload }
}

export type OpenConflicts = readonly ConflictRow[]
