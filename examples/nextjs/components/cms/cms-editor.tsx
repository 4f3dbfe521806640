'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'

import { Notice, Wrong } from '@/components/parts/notice'
import { Said } from '@/components/parts/said'
import { ask } from '@/lib/client'
import type { CmsProperty, CmsType } from '@/lib/server/cms'
import { useResource } from '@/lib/use-resource'
import { useUnsaved } from '@/lib/use-unsaved'
import { CmsHead } from './cms-head'
import { DeleteInCmsDialog } from './delete-in-cms-dialog'

interface Read {
  type: CmsType
  tag: string | null
}

/** Edits a content type in the CMS, as a colleague does. */
export function CmsEditor({ typeKey }: { typeKey: string }) {
  const path = `/api/cms/content-types/${encodeURIComponent(typeKey)}`
  const { value, error, reload } = useResource<Read>(path)
  // Not kept by the form, which is another one for each state of the type.
  const [saved, setSaved] = useState(false)
  function onSaved() {
    setSaved(true)
    reload()
  }
  return (
    <div className="cms">
      {error && (
        <>
          <CmsHead title="This content type cannot be shown">
            <Link href="/cms">All content types of the CMS</Link>
          </CmsHead>
          <Wrong error={error} />
        </>
      )}
      {!value && !error && <p className="muted">Asking the CMS …</p>}
      {value && (
        <Form
          key={value.tag}
          path={path}
          read={value}
          isSaved={saved}
          onEdit={() => setSaved(false)}
          onSaved={onSaved}
        >
          {saved && (
            <Notice tone="good" title="Saved in the CMS">
              <Link href="/">See what the studio makes of it</Link>
            </Notice>
          )}
        </Form>
      )}
    </div>
  )
}

type Edits = Record<string, Partial<CmsProperty>>

interface FormProps {
  path: string
  read: Read
  /** The CMS has what the form holds, also while it is not read again yet. */
  isSaved: boolean
  onEdit(): void
  onSaved(): void
  children: React.ReactNode
}

function Form({ path, read, isSaved, onEdit, onSaved, children }: FormProps) {
  const router = useRouter()
  const { type, tag } = read
  const [displayName, setDisplayName] = useState(type.displayName ?? '')
  const [edits, setEdits] = useState<Edits>({})
  const [failure, setFailure] = useState<Error>()
  const [deleting, setDeleting] = useState(false)
  const isEdited = displayName !== (type.displayName ?? '') || Object.keys(edits).length > 0
  useUnsaved(isEdited && !isSaved)

  function edit(name: string, change: Partial<CmsProperty>) {
    onEdit()
    setEdits((all) => ({ ...all, [name]: { ...all[name], ...change } }))
  }

  async function save(event: React.FormEvent) {
    event.preventDefault()
    const patch = {
      ...(displayName !== type.displayName && { displayName }),
      ...(Object.keys(edits).length > 0 && { properties: edits }),
    }
    try {
      await ask(path, { method: 'PATCH', body: { tag, patch } })
      setFailure(undefined)
      onSaved()
    } catch (reason) {
      setFailure(reason as Error)
    }
  }

  return (
    <form onSubmit={save} className="stack">
      <CmsHead title={type.displayName ?? type.key}>
        <code>{type.key}</code>, last changed by {type.lastModifiedBy ?? 'nobody'}
      </CmsHead>
      <div className="card field">
        <label htmlFor="cms-name">Display name</label>
        <input
          id="cms-name"
          type="text"
          required
          value={displayName}
          onChange={(event) => {
            onEdit()
            setDisplayName(event.target.value)
          }}
        />
      </div>
      <div className="card flush">
        {Object.entries(type.properties ?? {}).map(([name, property]) => (
          <Property
            key={name}
            name={name}
            of={{ ...property, ...edits[name] }}
            onChange={(change) => edit(name, change)}
          />
        ))}
      </div>
      <div className="bar">
        {failure && <Wrong error={failure} />}
        <Said>{children}</Said>
        <button type="button" onClick={() => setDeleting(true)}>
          Delete in the CMS
        </button>
        <button className="primary">Save in the CMS</button>
      </div>
      {deleting && (
        <DeleteInCmsDialog
          path={path}
          name={type.displayName ?? type.key}
          onClose={() => setDeleting(false)}
          onDeleted={() => router.push('/cms')}
        />
      )}
    </form>
  )
}

interface PropertyProps {
  name: string
  of: CmsProperty
  onChange(change: Partial<CmsProperty>): void
}

function Property({ name, of, onChange }: PropertyProps) {
  return (
    <div className="field-row" role="group" aria-label={name}>
      <div className="field">
        <label htmlFor={`${name}-name`}>Display name</label>
        <input
          id={`${name}-name`}
          type="text"
          value={of.displayName ?? ''}
          onChange={(event) => onChange({ displayName: event.target.value })}
        />
      </div>
      <p className="muted field-kind">
        <code>{name}</code>
        <br />
        {of.type}
      </p>
      <div className="field">
        {of.type === 'string' && (
          <>
            <label htmlFor={`${name}-longest`}>Max length</label>
            <input
              id={`${name}-longest`}
              type="number"
              value={of.maxLength ?? ''}
              onChange={({ target }) =>
                onChange({ maxLength: target.value === '' ? null : Number(target.value) })
              }
            />
          </>
        )}
      </div>
    </div>
  )
}
