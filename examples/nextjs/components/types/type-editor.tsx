'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'

import { Notice, Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import { ask } from '@/lib/client'
import type { ContentType, Definition, Field } from '@/lib/definition'
import { useResource } from '@/lib/use-resource'
import { DeleteTypeDialog } from './delete-type-dialog'
import { FieldRow } from './field-row'
import { NewField } from './new-field'

type Source = 'UI' | 'AI'

/** Edits the definition of a content type; each save is a version. */
export function TypeEditor({ id }: { id: string }) {
  const { value, error } = useResource<{ data: ContentType }>(`/api/content-types/${id}`)
  if (error) return <Wrong error={error} />
  if (!value) return <p className="muted">Reading …</p>
  return <Form id={id} of={value.data} />
}

function Form({ id, of }: { id: string; of: ContentType }) {
  const router = useRouter()
  const [definition, setDefinition] = useState<Definition>(of.definition)
  const [source, setSource] = useState<Source>('UI')
  const [message, setMessage] = useState('')
  const [saved, setSaved] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const [failure, setFailure] = useState<Error>()

  function change(fields: Field[]) {
    setSaved(false)
    setDefinition({ ...definition, fields: fields.map((field, order) => ({ ...field, order })) })
  }

  async function save(event: React.FormEvent) {
    event.preventDefault()
    try {
      const body = { definition, source, message }
      await ask(`/api/content-types/${id}`, { method: 'PUT', body })
      setFailure(undefined)
      setMessage('')
      setSaved(true)
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
        onAdd={(field) => change([...definition.fields, field])}
      />
      {failure && <Wrong error={failure} />}
      <div aria-live="polite">
        {saved && (
          <Notice tone="good" title="Saved, as a version of its own">
            <Link href="/">Deploy it</Link>
          </Notice>
        )}
      </div>
      <div className="bar">
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
