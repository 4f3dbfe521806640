'use client'

import type { VersionNode } from 'catalyst-sync'
import { useState } from 'react'

import { Badge } from '@/components/parts/badge'
import { Notice, Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import type { Wire } from '@/lib/wire'
import { time } from '@/lib/words'
import { VersionChanges } from './version-changes'

interface Props {
  version: Wire<VersionNode>
  /** What it was made from, as far as it is kept. */
  parents: Wire<VersionNode>[]
  isHead: boolean
  onRestored(): void
}

/** What a version changed, and the way back to it. */
export function VersionDetail({ version, parents, isHead, onRestored }: Props) {
  const { hash, semver, author, createdAt, changeType } = version
  const [failure, setFailure] = useState<Error>()
  return (
    <section className="card stack version-detail" aria-label="The version">
      <div className="spread">
        <h2>{semver ?? 'Version'}</h2>
        {version.parents.length > 1 && <Badge tone="good">merge</Badge>}
      </div>
      <p className="muted">
        {author ?? 'unknown'}, {time(createdAt)}
        <br />
        <code>{hash.slice(0, 16)}</code>
      </p>
      {parents.length > 1 && (
        <p className="muted">
          Made from two versions. What changed since each gives a number, and the larger one is
          taken.
        </p>
      )}
      {parents.map((parent) => (
        <VersionChanges key={parent.hash} from={parent} to={hash} />
      ))}
      {parents.length === 0 && <Notice title="The first version that is known" />}
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
