import type { AtomChange } from 'catalyst-sync'

import { byProperty, value, type PropertyChange } from '@/lib/words'

const SIGNS = { added: '+', modified: '~', removed: '−', renamed: '~', moved: '↕' }
const WORDS = {
  added: 'added',
  modified: 'changed',
  removed: 'removed',
  renamed: 'renamed',
  moved: 'moved',
}

/** What changes, property by property. */
export function ChangeList({ changes }: { changes: AtomChange[] }) {
  return (
    <ul className="changes">
      {byProperty(changes).map((change) => (
        <li key={change.property ?? ''}>
          <Sign kind={change.kind} />
          <strong>{change.property ?? 'The type itself'}</strong>
          <Parts of={change} />
        </li>
      ))}
    </ul>
  )
}

function Sign({ kind }: { kind: AtomChange['kind'] }) {
  return (
    <span className={`sign ${kind}`}>
      <span aria-hidden>{SIGNS[kind]}</span>
      <span className="hidden">{WORDS[kind]}</span>
    </span>
  )
}

function Parts({ of: { kind, parts } }: { of: PropertyChange }) {
  if (kind === 'added' || kind === 'removed') {
    const said = parts.map(({ name, before, after }) => `${name} ${value(after ?? before)}`)
    return <span className="muted">{said.join(' · ')}</span>
  }
  return (
    <ul>
      {parts.map(({ name, kind: how, before, after }) => (
        <li key={name}>
          {name}: {how !== 'added' && <del className="was">{value(before)}</del>}
          {how === 'modified' || how === 'moved' || how === 'renamed' ? ' → ' : ''}
          {how !== 'removed' && <ins className="is">{value(after)}</ins>}
        </li>
      ))}
    </ul>
  )
}
