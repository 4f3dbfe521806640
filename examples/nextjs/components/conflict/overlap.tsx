'use client'

import type { ConflictField } from 'catalyst-sync'
import { useId, useState } from 'react'

import { Badge } from '@/components/parts/badge'
import type { Wire } from '@/lib/wire'
import { placeWords, value } from '@/lib/words'

/** What shall hold of one overlap. */
export type Decision = { side: 'local' | 'remote' } | { side: 'custom'; value: unknown }

interface Props {
  field: Wire<ConflictField>
  /** Whether a value of neither side can be given. */
  custom: boolean
  decision: Decision | undefined
  onDecide(decision: Decision): void
}

/** One property that both sides changed, in three columns. */
export function Overlap({ field, custom, decision, onDecide }: Props) {
  const { path, suggestion } = field
  const name = useId()
  return (
    <fieldset className="overlap">
      <legend>{placeWords(path)}</legend>
      <div className="sides">
        <div className="sidebox">
          <span className="who">Both had</span>
          <span className="value">{value(field.ancestor)}</span>
        </div>
        <Side
          who="The studio has"
          name={name}
          of={field.local}
          suggested={suggestion?.take === 'local'}
          checked={decision?.side === 'local'}
          onChoose={() => onDecide({ side: 'local' })}
        />
        <Side
          who="The CMS has"
          name={name}
          of={field.remote}
          suggested={suggestion?.take === 'remote'}
          checked={decision?.side === 'remote'}
          onChoose={() => onDecide({ side: 'remote' })}
        />
      </div>
      {custom && isPlain(field) && (
        <Custom
          name={name}
          number={typeof (field.local ?? field.remote) === 'number'}
          decision={decision}
          onDecide={onDecide}
        />
      )}
      {suggestion && <p className="muted">Suggestion: {suggestion.reason}.</p>}
    </fieldset>
  )
}

const isPlain = ({ local, remote }: Wire<ConflictField>) =>
  [local, remote].every((side) => typeof side !== 'object' || side === null)

interface SideProps {
  who: string
  name: string
  of: unknown
  suggested: boolean
  checked: boolean
  onChoose(): void
}

function Side({ who, name, of, suggested, checked, onChoose }: SideProps) {
  return (
    <label className="sidebox">
      <span className="who">
        <input type="radio" name={name} checked={checked} onChange={onChoose} />
        {who}
        {suggested && <Badge tone="accent">loses nothing</Badge>}
      </span>
      <span className="value">{value(of)}</span>
    </label>
  )
}

interface CustomProps {
  name: string
  number: boolean
  decision: Decision | undefined
  onDecide(decision: Decision): void
}

function Custom({ name, number, decision, onDecide }: CustomProps) {
  const [text, setText] = useState('')
  const input = useId()
  const decide = (given: string) => {
    setText(given)
    onDecide({ side: 'custom', value: number ? Number(given) : given })
  }
  return (
    <div className="row">
      <label className="option">
        <input
          type="radio"
          name={name}
          checked={decision?.side === 'custom'}
          onChange={() => decide(text)}
        />
        Another value
      </label>
      <label className="hidden" htmlFor={input}>
        The other value
      </label>
      <input
        id={input}
        type={number ? 'number' : 'text'}
        value={text}
        onChange={(event) => decide(event.target.value)}
      />
    </div>
  )
}
