import type { ConflictField } from 'catalyst-sync'

import { rowsOf, type Trait } from '@/lib/sides'
import type { Wire } from '@/lib/wire'

/** A type that is gone on one side, as the others have it: a row per property, with what differs marked. */
export function TypeRows({ of: { ancestor, local, remote } }: { of: Wire<ConflictField> }) {
  const sides = [
    ['Both had', ancestor],
    ['The studio has', local],
    ['The CMS has', remote],
  ] as const
  const shown = sides.filter(([, side]) => side !== undefined && side !== null)
  return (
    <div className="table" tabIndex={0} role="region" aria-label="The type, property by property">
      <table className="type-rows">
        <thead>
          <tr>
            <th scope="col">Property</th>
            {shown.map(([who]) => (
              <th scope="col" key={who}>
                {who}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(sides.map(([, side]) => side)).map(({ property, differs, cells }) => (
            <tr key={property ?? ''} className={differs ? 'differs' : undefined}>
              <th scope="row">
                {property ?? 'The type itself'}
                {differs && <span className="hidden">, differs</span>}
              </th>
              {cells.map((cell, at) => (
                <td key={at}>{cell ? <Traits of={cell} /> : 'nothing'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Traits({ of }: { of: Trait[] }) {
  return (
    <ul>
      {of.map(({ words, differs }) => (
        <li key={words}>{differs ? <mark>{words}</mark> : words}</li>
      ))}
    </ul>
  )
}
