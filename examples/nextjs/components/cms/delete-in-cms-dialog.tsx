'use client'

import { useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Wrong } from '@/components/parts/notice'
import { ask } from '@/lib/client'

interface Props {
  path: string
  name: string
  onClose(): void
  onDeleted(): void
}

/** Asks before a colleague deletes a type in the CMS. */
export function DeleteInCmsDialog({ path, name, onClose, onDeleted }: Props) {
  const [failure, setFailure] = useState<Error>()
  return (
    <Dialog title={`Delete ${name} in the CMS?`} onClose={onClose}>
      <p>The type goes there, with whatever content it has there. The studio keeps its own.</p>
      {failure && <Wrong error={failure} />}
      <footer>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => ask(path, { method: 'DELETE' }).then(onDeleted, setFailure)}
        >
          Delete
        </button>
      </footer>
    </Dialog>
  )
}
