'use client'

import Link from 'next/link'

import { Wrong } from '@/components/parts/notice'
import type { CmsType } from '@/lib/server/cms'
import { useResource } from '@/lib/use-resource'
import { time } from '@/lib/words'
import { CmsHead } from './cms-head'

/** The content types as the CMS has them, for a colleague who works there. */
export function CmsList() {
  const { value, error } = useResource<{ types: CmsType[] }>('/api/cms/content-types')
  return (
    <div className="cms">
      <CmsHead title="Content types in the CMS">
        A colleague edits here, in the CMS’s own interface. The studio learns of it when it next
        looks.
      </CmsHead>
      {error && <Wrong error={error} />}
      {!value && !error && <p className="muted">Asking the CMS …</p>}
      {value && (
        <div className="card flush table" tabIndex={0} role="region" aria-label="Types in the CMS">
          <table>
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col">Key</th>
                <th scope="col" className="number">
                  Properties
                </th>
                <th scope="col">Changed</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {value.types.map(({ key, displayName, properties = {}, ...type }) => (
                <tr key={key}>
                  <th scope="row">
                    <Link href={`/cms/${encodeURIComponent(key)}`}>{displayName ?? key}</Link>
                  </th>
                  <td className="mono">{key}</td>
                  <td className="number">{Object.keys(properties).length}</td>
                  <td className="when">{time(type.lastModified)}</td>
                  <td className="muted">{type.lastModifiedBy ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
