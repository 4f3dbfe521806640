'use client'

import type { VersionTree } from 'catalyst-sync'

import { Badge } from '@/components/parts/badge'
import type { Wire } from '@/lib/wire'
import { time, type Tone } from '@/lib/words'
import { lanesOf } from './lanes'

const ROW = 74
const LANE = 20
const DOT = 6

const SOURCES: Record<string, [string, Tone]> = {
  UI: ['Editor', 'accent'],
  AI: ['Assistant', 'warn'],
  SYNC: ['Deployment', 'plain'],
}

interface Props {
  tree: Wire<VersionTree>
  selected: string
  onSelect(hash: string): void
}

/** The versions, newest first, with the lines of their descent. */
export function VersionGraph({ tree, selected, onSelect }: Props) {
  const versions = tree.versions.toReversed()
  const { lane, edges, width } = lanesOf(versions)
  const x = (row: number) => LANE * (lane[row] ?? 0) + LANE
  const y = (row: number) => ROW * row + ROW / 2
  return (
    <div className="card flush graph">
      <svg width={LANE * (width + 1)} height={ROW * versions.length} aria-hidden>
        {edges.map(({ from, to }) => (
          <path
            key={`${from} ${to}`}
            d={`M ${x(from)} ${y(from)} C ${x(from)} ${y(from) + ROW / 2}, ${x(to)} ${y(to) - ROW / 2}, ${x(to)} ${y(to)}`}
          />
        ))}
        {versions.map(({ hash, source }, row) => (
          <circle
            key={hash}
            className={source}
            cx={x(row)}
            cy={y(row)}
            r={hash === tree.head ? DOT + 2 : DOT}
          />
        ))}
      </svg>
      <ol aria-label="Versions, newest first">
        {versions.map(({ hash, semver, source, author, message, createdAt, parents }) => (
          <li key={hash} style={{ height: ROW }}>
            <button aria-pressed={hash === selected} onClick={() => onSelect(hash)}>
              <span className="row">
                <strong>{semver ?? hash.slice(0, 8)}</strong>
                <Badge tone={SOURCES[source]?.[1]}>{SOURCES[source]?.[0] ?? source}</Badge>
                {parents.length > 1 && <Badge tone="good">merge</Badge>}
                {hash === tree.head && <Badge tone="good">now</Badge>}
              </span>
              <span className="graph-message">{message ?? 'no message'}</span>
              <small className="muted">
                {author ?? 'unknown'}, {time(createdAt)}
              </small>
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}
