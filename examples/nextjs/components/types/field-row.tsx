'use client'

import { useId } from 'react'

import { withRule, type Field, type Validation } from '@/lib/definition'

interface Props {
  field: Field
  onChange(field: Field): void
  onRemove(): void
}

const TEXTS = ['text', 'textarea']

/** The rule that the builder shows for a kind of field. */
function ruleOf({ type }: Field): [rule: keyof Validation, label: string] | undefined {
  if (TEXTS.includes(type)) return ['maxLength', 'Max length']
  if (type === 'number') return ['max', 'Maximum']
  return undefined
}

/** One field of a content type. */
export function FieldRow({ field, onChange, onRemove }: Props) {
  const id = useId()
  const { name, label = name, type, required = false, validation = {} } = field
  const rule = ruleOf(field)
  return (
    <div className="field-row" role="group" aria-label={label}>
      <div className="field">
        <label htmlFor={`${id}label`}>Label</label>
        <input
          id={`${id}label`}
          type="text"
          required
          value={label}
          onChange={(event) => onChange({ ...field, label: event.target.value })}
        />
      </div>
      <p className="muted field-kind">
        <code>{name}</code>
        <br />
        {type}
      </p>
      <div className="field">
        {rule && (
          <>
            <label htmlFor={`${id}rule`}>{rule[1]}</label>
            <input
              id={`${id}rule`}
              type="number"
              value={String(validation[rule[0]] ?? '')}
              onChange={(event) => onChange(withRule(field, rule[0], event.target.value))}
            />
          </>
        )}
      </div>
      <label className="option">
        <input
          type="checkbox"
          checked={required}
          onChange={(event) => onChange({ ...field, required: event.target.checked })}
        />
        Required
      </label>
      <button type="button" className="quiet" onClick={onRemove} aria-label={`Remove ${label}`}>
        Remove
      </button>
    </div>
  )
}
