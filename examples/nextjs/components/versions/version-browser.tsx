'use client'

import type { VersionNode, VersionTree } from 'catalyst-sync'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'

import { Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import type { ContentType } from '@/lib/definition'
import { useResource } from '@/lib/use-resource'
import type { Wire } from '@/lib/wire'
import { count } from '@/lib/words'
import { VersionDetail } from './version-detail'
import { VersionGraph } from './version-graph'

/** The history of a content type as a graph, and what each version changed. */
export function VersionBrowser() {
  const router = useRouter()
  const asked = useSearchParams().get('type')
  const types = useResource<{ data: ContentType[] }>('/api/content-types')
  const known = types.value?.data
  // Whoever asks for one may know its id, or its name.
  const named = known?.find(({ id, name }) => id === asked || name === asked)
  const type = known && (named?.id ?? asked ?? known[0]?.id)
  const tree = useResource<{ tree: Wire<VersionTree> | null }>(
    type && `/api/v1/versions/${encodeURIComponent(type)}/tree`,
  )
  const [selected, setSelected] = useState<string>()
  const versions = tree.value?.tree?.versions ?? []
  const shown = versions.find(({ hash }) => hash === selected) ?? headOf(tree.value?.tree)
  const error = types.error ?? tree.error
  return (
    <>
      <PageHead title="Versions">
        Every content that was seen or made, who made it, and what it meant.
      </PageHead>
      {error && <Wrong error={error} />}
      <div className="row page-status">
        <label htmlFor="type">Content type</label>
        <select
          id="type"
          value={type ?? ''}
          onChange={(event) => router.replace(`/versions?type=${event.target.value}`)}
        >
          {types.value?.data.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <span className="muted" role="status">
          {tree.value && count(versions.length, 'version')}
        </span>
      </div>
      {tree.value && versions.length === 0 && (
        <div className="card empty">
          No version yet. Edit the type, or deploy it: either records one.
        </div>
      )}
      {shown && tree.value?.tree && (
        <div className="versions">
          <VersionGraph tree={tree.value.tree} selected={shown.hash} onSelect={setSelected} />
          <VersionDetail
            key={shown.hash}
            version={shown}
            parents={shown.parents.flatMap(
              (parent) => versions.find(({ hash }) => hash === parent) ?? [],
            )}
            isHead={shown.hash === tree.value.tree.head}
            onRestored={() => {
              setSelected(undefined)
              tree.reload()
            }}
          />
        </div>
      )}
    </>
  )
}

function headOf(tree: Wire<VersionTree> | null | undefined): Wire<VersionNode> | undefined {
  return tree?.versions.find(({ hash }) => hash === tree.head)
}
