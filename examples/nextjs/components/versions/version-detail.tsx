'use client'

import type { VersionDiff, VersionNode } from 'catalyst-sync'
import { useState } from 'react'

import { Badge } from '@/components/parts/badge'
import { ChangeList } from '@/components/parts/change-list'
import { Notice, Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { time, type Tone } from '@/lib/words'

const LEVELS: Record<string, [string, Tone]> = {
  major: ['breaking', 'bad'],
  minor: ['addition', 'accent'],
  patch: ['text', 'plain'],
}

interface Answer {
  diff: Pick<VersionDiff, 'level' | 'changes'>
}

interface Props {
  version: Wire<VersionNode>
  isHead: boolean
  onRestored(): void
}

/** What a version changed, and the way back to it. */
export function VersionDetail({ version, isHead, onRestored }: Props) {
  const { hash, semver, author, createdAt, parents, changeType } = version
  const [parent] = parents
  const { value, error } = useResource<Answer>(
    parent && `/api/v1/versions/diff?hash1=${parent}&hash2=${hash}`,
  )
  const [failure, setFailure] = useState<Error>()
  const [level, tone] = LEVELS[value?.diff.level ?? ''] ?? []
  return (
    <section className="card stack version-detail" aria-label="The version">
      <div className="spread">
        <h2>{semver ?? 'Version'}</h2>
        {level && <Badge tone={tone}>{level}</Badge>}
      </div>
      <p className="muted">
        {author ?? 'unknown'}, {time(createdAt)}
        <br />
        <code>{hash.slice(0, 16)}</code>
      </p>
      {error && <Wrong error={error} />}
      {value && <ChangeList changes={value.diff.changes} />}
      {!parent && <Notice title="The first version that is known" />}
      {changeType === 'delete' && <Notice tone="warn" title="The type was deleted here" />}
      {failure && <Wrong error={failure} />}
      {!isHead && changeType !== 'delete' && (
        <div className="actions">
          <button
            className="primary"
            onClick={() => {
              post('/api/v1/versions/restore', { hash }).then(onRestored, setFailure)
            }}
          >
            Restore this version
          </button>
        </div>
      )}
    </section>
  )
}
