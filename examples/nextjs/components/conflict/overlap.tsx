'use client'

import type { ConflictField } from 'catalyst-sync'
import { useId, useState } from 'react'

import { Badge } from '@/components/parts/badge'
import { askedAt, given, type Asked, type Given } from '@/lib/custom-value'
import type { Wire } from '@/lib/wire'
import { count, placeWords, value } from '@/lib/words'
import { TypeRows } from './type-rows'

/** What shall hold of one overlap; a value of one's own is none before it can be one. */
export type Decision = { side: 'local' | 'remote' } | { side: 'custom'; given: Given }

export const isReady = (decision: Decision | undefined) =>
  decision !== undefined && (decision.side !== 'custom' || 'value' in decision.given)

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
          <span className="value">{sideWords(field, field.ancestor)}</span>
        </div>
        <Side
          who="The studio has"
          name={name}
          words={sideWords(field, field.local)}
          suggested={suggestion?.take === 'local'}
          checked={decision?.side === 'local'}
          onChoose={() => onDecide({ side: 'local' })}
        />
        <Side
          who="The CMS has"
          name={name}
          words={sideWords(field, field.remote)}
          suggested={suggestion?.take === 'remote'}
          checked={decision?.side === 'remote'}
          onChoose={() => onDecide({ side: 'remote' })}
        />
      </div>
      {path === '' && <TypeRows of={field} />}
      {custom && isPlain(field) && (
        <Custom
          name={name}
          asked={askedAt(path, [field.local, field.remote])}
          decision={decision}
          onDecide={onDecide}
        />
      )}
      {suggestion && <p className="muted">Suggestion: {suggestion.reason}.</p>}
    </fieldset>
  )
}

const isPlain = ({ local, remote }: Wire<ConflictField>) =>
  [local, remote].every((side) =>
    ['number', 'string', 'undefined'].includes(typeof (side ?? undefined)),
  )

/** What a side has; of a whole type it is told below, row by row. */
export function sideWords({ path, ancestor }: Wire<ConflictField>, side: unknown): string {
  const isAbsent = side === undefined || side === null
  if (isAbsent && ancestor !== undefined && ancestor !== null) {
    return path === '' ? 'deleted' : 'removed'
  }
  if (isAbsent || path !== '') return value(side)
  const { properties = {} } = side as { properties?: object }
  return count(Object.keys(properties).length, 'property', 'properties')
}

interface SideProps {
  who: string
  name: string
  words: string
  suggested: boolean
  checked: boolean
  onChoose(): void
}

function Side({ who, name, words, suggested, checked, onChoose }: SideProps) {
  return (
    <label className="sidebox">
      <span className="who">
        <input type="radio" name={name} checked={checked} onChange={onChoose} />
        {who}
        {suggested && <Badge tone="accent">loses nothing</Badge>}
      </span>
      <span className="value">{words}</span>
    </label>
  )
}

interface CustomProps {
  name: string
  asked: Asked
  decision: Decision | undefined
  onDecide(decision: Decision): void
}

function Custom({ name, asked, decision, onDecide }: CustomProps) {
  const [text, setText] = useState('')
  const input = useId()
  const isChosen = decision?.side === 'custom'
  const problem = isChosen && 'problem' in decision.given ? decision.given.problem : undefined
  const decide = (written: string) => {
    setText(written)
    onDecide({ side: 'custom', given: given(written, asked) })
  }
  return (
    <div className="row">
      <label className="option">
        <input type="radio" name={name} checked={isChosen} onChange={() => decide(text)} />
        Another value
      </label>
      <label className="hidden" htmlFor={input}>
        The other value
      </label>
      <input
        id={input}
        type={asked.isNumber ? 'number' : 'text'}
        min={asked.least}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={`${input}problem`}
        onChange={(event) => decide(event.target.value)}
      />
      <span id={`${input}problem`} className="muted" role="status">
        {problem}
      </span>
    </div>
  )
}
