'use client'

import Link from 'next/link'

import { Wrong } from '@/components/parts/notice'
import { PageHead } from '@/components/parts/page-head'
import type { ContentType } from '@/lib/definition'
import { useResource } from '@/lib/use-resource'
import { time } from '@/lib/words'

/** The content types of the website. */
export function TypeList() {
  const { value, error } = useResource<{ data: ContentType[] }>('/api/content-types')
  return (
    <>
      <PageHead title="Content types">What the studio knows. Edit one, then deploy.</PageHead>
      {error && <Wrong error={error} />}
      {!value && !error && <p className="muted">Reading …</p>}
      {value && (
        <div className="card flush table" tabIndex={0} role="region" aria-label="Content types">
          <table>
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col">Description</th>
                <th scope="col" className="number">
                  Fields
                </th>
                <th scope="col" className="number">
                  Content items
                </th>
                <th scope="col">Changed</th>
              </tr>
            </thead>
            <tbody>
              {value.data.map(({ id, name, definition, contentItems, updatedAt }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={`/types/${id}`}>{name}</Link>
                  </th>
                  <td className="muted">{definition.description}</td>
                  <td className="number">{definition.fields.length}</td>
                  <td className="number">{contentItems.toLocaleString('en')}</td>
                  <td className="when">{time(updatedAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
