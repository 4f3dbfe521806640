'use client'

import type { VersionDiff, VersionNode } from 'catalyst-sync'

import { Badge } from '@/components/parts/badge'
import { ChangeList } from '@/components/parts/change-list'
import { Wrong } from '@/components/parts/notice'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import type { Tone } from '@/lib/words'

const LEVELS: Record<string, [string, Tone]> = {
  major: ['breaking', 'bad'],
  minor: ['addition', 'accent'],
  patch: ['text', 'plain'],
}

interface Answer {
  diff: Pick<VersionDiff, 'level' | 'changes'>
}

interface Props {
  from: Wire<VersionNode>
  /** Hash of the version that was made from it. */
  to: string
}

/** What changed since a version, and what that means to whoever uses the type. */
export function VersionChanges({ from, to }: Props) {
  const { value, error } = useResource<Answer>(
    `/api/v1/versions/diff?hash1=${from.hash}&hash2=${to}`,
  )
  const [level, tone] = LEVELS[value?.diff.level ?? ''] ?? []
  return (
    <section className="stack tight" aria-label={`Since ${from.semver ?? from.hash.slice(0, 8)}`}>
      <div className="spread">
        <h3>Since {from.semver ?? <code>{from.hash.slice(0, 8)}</code>}</h3>
        {level && <Badge tone={tone}>{level}</Badge>}
      </div>
      {error && <Wrong error={error} />}
      {value && <ChangeList changes={value.diff.changes} />}
    </section>
  )
}
