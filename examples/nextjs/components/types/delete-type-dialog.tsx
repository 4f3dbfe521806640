'use client'

import { useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Wrong } from '@/components/parts/notice'
import { ask } from '@/lib/client'

interface Props {
  id: string
  name: string
  onClose(): void
  onDeleted(): void
}

/** Deletes a content type of the studio with its content, once its name was written. */
export function DeleteTypeDialog({ id, name, onClose, onDeleted }: Props) {
  const [word, setWord] = useState('')
  const [failure, setFailure] = useState<Error>()

  function remove() {
    const path = `/api/content-types/${id}?withContent=true`
    ask(path, { method: 'DELETE' }).then(onDeleted, setFailure)
  }

  return (
    <Dialog title={`Delete ${name} in the studio`} onClose={onClose}>
      <p>
        The type and its content are deleted here. The CMS keeps the type until a deployment is
        allowed to delete it. A version of it stays.
      </p>
      <div className="field">
        <label htmlFor="delete-word">To delete it, write its name: {name}</label>
        <input
          id="delete-word"
          type="text"
          autoComplete="off"
          value={word}
          onChange={(event) => setWord(event.target.value)}
        />
      </div>
      {failure && <Wrong error={failure} />}
      <footer>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="danger" disabled={word.trim() !== name} onClick={remove}>
          Delete
        </button>
      </footer>
    </Dialog>
  )
}
