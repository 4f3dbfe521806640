'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'

import { Notice, Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import { Said } from '@/components/parts/said'
import { ApiError, ask } from '@/lib/client'
import type { ContentType, Definition, Field } from '@/lib/definition'
import { rebase } from '@/lib/rebase'
import { useResource } from '@/lib/use-resource'
import { useUnsaved } from '@/lib/use-unsaved'
import { DeleteTypeDialog } from './delete-type-dialog'
import { FieldRow } from './field-row'
import { NewField } from './new-field'

type Source = 'UI' | 'AI'

/** What came of saving. */
type End = 'saved' | 'unchanged' | 'unfinished' | 'outdated' | 'loaded'

/** The rest of the answers is known to the page. */
const isOutdated = (reason: unknown) => reason instanceof ApiError && reason.status === 409

/** Edits the definition of a content type; each save is a version. */
export function TypeEditor({ id }: { id: string }) {
  const { value, error } = useResource<{ data: ContentType }>(`/api/content-types/${id}`)
  if (error) {
    const back = (
      <Link className="button" href="/types">
        All content types
      </Link>
    )
    return (
      <>
        <PageHead title="This content type cannot be shown" actions={back} />
        <Wrong error={error} />
      </>
    )
  }
  if (!value) return <p className="muted">Reading …</p>
  return <Form id={id} of={value.data} />
}

function Form({ id, of }: { id: string; of: ContentType }) {
  const router = useRouter()
  const path = `/api/content-types/${id}`
  const [definition, setDefinition] = useState<Definition>(of.definition)
  const [source, setSource] = useState<Source>('UI')
  const [message, setMessage] = useState('')
  // What was read or saved last; only that is replaced.
  const [before, setBefore] = useState<Definition>(of.definition)
  const [updatedAt, setUpdatedAt] = useState(of.updatedAt)
  const [both, setBoth] = useState<string[]>([])
  const [label, setLabel] = useState('')
  const [end, setEnd] = useState<End>()
  const [deleting, setDeleting] = useState(false)
  const [failure, setFailure] = useState<Error>()
  const isChanged = JSON.stringify(definition) !== JSON.stringify(before)
  useUnsaved(isChanged || label.trim() !== '')

  function change(fields: Field[]) {
    setEnd(undefined)
    setDefinition({ ...definition, fields: fields.map((field, order) => ({ ...field, order })) })
  }

  async function save(event: React.FormEvent) {
    event.preventDefault()
    setFailure(undefined)
    if (label.trim() !== '') return setEnd('unfinished')
    if (!isChanged) return setEnd('unchanged')
    try {
      const body = { definition, source, message, updatedAt }
      const { data } = await ask<{ data: { updatedAt: string } }>(path, { method: 'PUT', body })
      setBefore(definition)
      setUpdatedAt(data.updatedAt)
      setMessage('')
      setEnd('saved')
    } catch (reason) {
      if (isOutdated(reason)) setEnd('outdated')
      else setFailure(reason as Error)
    }
  }

  /** Takes what is there now, and puts what was written here on top of it. */
  async function load() {
    setFailure(undefined)
    try {
      const { data } = await ask<{ data: ContentType }>(path)
      const found = rebase(before, definition, data.definition)
      setDefinition(found.definition)
      setBoth(found.both)
      setBefore(data.definition)
      setUpdatedAt(data.updatedAt)
      setEnd('loaded')
    } catch (reason) {
      setFailure(reason as Error)
    }
  }

  return (
    <form onSubmit={save} className="stack">
      <PageHead
        title={of.name}
        actions={
          <>
            <Link className="button" href={`/versions?type=${id}`}>
              Versions
            </Link>
            <button type="button" onClick={() => setDeleting(true)}>
              Delete
            </button>
          </>
        }
      >
        {definition.description}
      </PageHead>
      <div className="card flush">
        {definition.fields.map((field, at) => (
          <FieldRow
            key={field.id ?? field.name}
            field={field}
            onChange={(next) => change(definition.fields.map((one, i) => (i === at ? next : one)))}
            onRemove={() => change(definition.fields.filter((_, i) => i !== at))}
          />
        ))}
      </div>
      <NewField
        taken={definition.fields.map(({ name }) => name)}
        label={label}
        onLabel={(text) => {
          setEnd(undefined)
          setLabel(text)
        }}
        onAdd={(field) => change([...definition.fields, field])}
      />
      <div className="bar">
        {failure && <Wrong error={failure} />}
        <Said>
          {end === 'saved' && (
            <Notice tone="good" title="Saved, as a version of its own">
              <Link href="/">Deploy it</Link>
            </Notice>
          )}
          {end === 'unchanged' && (
            <Notice title="Nothing was changed, so there is nothing to save" />
          )}
          {end === 'unfinished' && (
            <Notice tone="warn" title={`The new field ${label.trim()} is not added yet`}>
              <p>Add it, or empty its box; then save.</p>
            </Notice>
          )}
          {end === 'outdated' && (
            <Notice tone="warn" title={`${of.name} was changed meanwhile, so nothing was saved`}>
              <p>What you wrote is kept, and put on top of what is there now.</p>
              <p>
                <button type="button" onClick={load}>
                  Load what is there now
                </button>
              </p>
            </Notice>
          )}
          {end === 'loaded' && (
            <Notice tone="warn" title="This is what is there now, with what you wrote on top of it">
              {both.map((said) => (
                <p key={said}>{said}.</p>
              ))}
              <p>Look it over; then save.</p>
            </Notice>
          )}
        </Said>
        <fieldset className="row">
          <legend className="hidden">Who edits</legend>
          {(['UI', 'AI'] as const).map((one) => (
            <label className="option" key={one}>
              <input
                type="radio"
                name="source"
                checked={source === one}
                onChange={() => setSource(one)}
              />
              {one === 'UI' ? 'I edit' : 'The assistant edits'}
            </label>
          ))}
        </fieldset>
        <span className="row">
          <label htmlFor="message" className="hidden">
            Why
          </label>
          <input
            id="message"
            type="text"
            placeholder="Why (optional)"
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
          <button className="primary">Save</button>
        </span>
      </div>
      {deleting && (
        <DeleteTypeDialog
          id={id}
          name={of.name}
          onClose={() => setDeleting(false)}
          onDeleted={() => router.push('/types')}
        />
      )}
    </form>
  )
}
