'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

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
  const current = (at: string) => (at === '/' ? path === at : path.startsWith(at))
  return (
    <header className="side">
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
