// Links of the documentation lead somewhere, and its tables leave out nothing that is exported.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import * as sync from '..'
import { PAGES, textOfPage } from './support/pages/pages'
import { ROOT } from './support/script'

const ALL = [...PAGES, 'CHANGELOG.md']

/** A page without its code, in which brackets are no links. */
const proseOf = (page: string) =>
  textOfPage(page)
    .replace(/^```.*?^```$/gms, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''))

/** What GitHub calls the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text)
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}

const LINKS = ALL.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
)

test('every link leads to a file, and to a heading that is there', () => {
  const broken = LINKS.filter(({ link }) => !/^https:\/\//.test(link)).filter(({ page, link }) => {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path)
    if (!existsSync(target)) return true
    if (anchor === undefined) return false
    return statSync(target).isDirectory() || !anchorsOf(relative(ROOT, target)).includes(anchor)
  })
  expect(broken).toEqual([])
  expect(LINKS.length).toBeGreaterThan(50)
})

test('the README leads to every page', () => {
  const linked = LINKS.filter(({ page }) => page === 'README.md').map(({ link }) => link)
  const pages = PAGES.filter((page) => page.startsWith('docs/'))
  expect(pages.filter((page) => !linked.some((link) => link.startsWith(page)))).toEqual([])
})

test('the README stays a page', () => {
  const words = readFileSync(join(ROOT, 'README.md'), 'utf8').split(/\s+/).length
  expect(words).toBeLessThan(3_500)
})

test('the reference has every function, and every method of an engine', () => {
  const [, tables = ''] = /^## Functions$(.*)^## Configuration$/ms.exec(
    textOfPage('docs/reference.md'),
  ) ?? [undefined, '']
  const methods = Object.getOwnPropertyNames(sync.SyncEngine.prototype)
  const names = [...Object.keys(sync), ...methods].filter((name) => name !== 'constructor')
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(tables))).toEqual([])
})
