'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'

const PAGES = [
  ['/', 'Deploy'],
  ['/types', 'Content types'],
  ['/conflicts', 'Conflicts'],
  ['/history', 'History'],
  ['/versions', 'Versions'],
  ['/analytics', 'Analytics'],
] as const

/** The way to every page. */
export function Side() {
  const path = usePathname()
  const header = useRef<HTMLElement>(null)
  // In a narrow window it is one row, of which the present page is to be seen.
  useEffect(() => {
    const link = header.current?.querySelector<HTMLElement>('[aria-current]')
    if (link) header.current?.scrollTo({ left: link.offsetLeft - link.offsetWidth })
  }, [path])
  const current = (at: string) => (at === '/' ? path === at : path.startsWith(at))
  return (
    <header className="side" ref={header}>
      <div className="brand">
        Studio
        <small>Museum am Hafen</small>
      </div>
      <nav aria-label="Studio">
        <ul>
          {PAGES.map(([at, name]) => (
            <li key={at}>
              <Link href={at} aria-current={current(at) ? 'page' : undefined}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <nav className="other" aria-label="The other side">
        <ul>
          <li>
            <Link href="/cms" aria-current={current('/cms') ? 'page' : undefined}>
              The CMS itself
            </Link>
          </li>
        </ul>
      </nav>
    </header>
  )
}
