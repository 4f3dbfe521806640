'use client'

import { useState } from 'react'

import { KINDS, nameOf, type Field } from '@/lib/definition'

interface Props {
  taken: string[]
  /** What was written and not added yet. */
  label: string
  onLabel(label: string): void
  onAdd(field: Field): void
}

/** Adds a field; its name comes from its label and stays. */
export function NewField({ taken, label, onLabel, onAdd }: Props) {
  const [type, setType] = useState('text')
  const name = nameOf(label)
  const wrong =
    label !== '' && (!/^[a-z]/.test(name) || taken.includes(name))
      ? taken.includes(name)
        ? `There is a field ${name} already`
        : 'A name begins with a letter'
      : undefined

  function add() {
    onAdd({ id: `${Date.now()}_${name}`, name, label, type, required: false })
    onLabel('')
  }

  return (
    <div className="card">
      <div className="row">
        <label htmlFor="new-label">New field</label>
        <input
          id="new-label"
          type="text"
          value={label}
          aria-describedby="new-wrong"
          onChange={(event) => onLabel(event.target.value)}
        />
        <label htmlFor="new-kind" className="hidden">
          Kind
        </label>
        <select id="new-kind" value={type} onChange={(event) => setType(event.target.value)}>
          {KINDS.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
        <button type="button" onClick={add} disabled={label === '' || wrong !== undefined}>
          Add
        </button>
        <span id="new-wrong" className="muted" role="status">
          {wrong}
        </span>
      </div>
    </div>
  )
}
