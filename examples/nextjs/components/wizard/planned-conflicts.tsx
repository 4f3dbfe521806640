'use client'

import type { Conflict } from 'catalyst-sync'
import { useState } from 'react'

import { ConflictDialog } from '@/components/conflict/conflict-dialog'
import { Notice } from '@/components/parts/notice'
import type { Wire } from '@/lib/wire'
import { placeWords } from '@/lib/words'

interface Props {
  of: Wire<Conflict>[]
  provider: string
  /** The name of the type that was decided last. */
  decided: string | undefined
  onDecided(name: string): void
}

/** What both sides changed, which is decided where it is seen. */
export function PlannedConflicts({ of, provider, decided, onDecided }: Props) {
  const [deciding, setDeciding] = useState<Wire<Conflict>>()
  return (
    <>
      <div role="status" className="told">
        {decided && (
          <Notice tone="good" title={`${decided} is decided`}>
            This is what will change now. Nothing is sent before you deploy it.
          </Notice>
        )}
      </div>
      {of.map((conflict) => (
        <Notice key={conflict.id} tone="warn" title={titleOf(conflict)}>
          <p>{whatWaits(conflict)}</p>
          <p>
            <button onClick={() => setDeciding(conflict)}>Decide {conflict.name}</button>
          </p>
        </Notice>
      ))}
      {deciding && (
        <ConflictDialog
          conflict={deciding}
          provider={provider}
          onClose={() => setDeciding(undefined)}
          onDecided={() => {
            setDeciding(undefined)
            onDecided(deciding.name)
          }}
        />
      )}
    </>
  )
}

/** The side on which the type is gone, where it is. */
function goneFrom({ fields }: Wire<Conflict>): string | undefined {
  const [whole] = fields
  if (whole?.path !== '') return undefined
  if (whole.local === undefined) return 'the studio'
  return whole.remote === undefined ? 'the CMS' : undefined
}

function titleOf(conflict: Wire<Conflict>): string {
  const gone = goneFrom(conflict)
  if (gone === undefined) return `${conflict.name} was changed on both sides`
  const other = gone === 'the CMS' ? 'the studio' : 'the CMS'
  return `${conflict.name} was deleted in ${gone}, and changed in ${other}`
}

function whatWaits({ fields }: Wire<Conflict>): string {
  if (fields.some(({ path }) => path === '')) {
    return 'The type stays as it is on either side until that is decided.'
  }
  const places = fields.map(({ path }) => placeWords(path)).join('; ')
  return `${places}. This stays as it is on either side until it is decided; the rest of the type goes.`
}
