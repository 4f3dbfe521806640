// The pages of the documentation that have code blocks, and what stands on them.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from '../script'
import { isBlock, stepsOf, type Block } from './blocks'

export const PAGES = [
  'README.md',
  'benchmark/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
  'examples/nextjs/README.md',
]

export const textOfPage = (page: string) => readFileSync(join(ROOT, page), 'utf8')

export const STEPS = PAGES.flatMap((page) => stepsOf(page, textOfPage(page)))

export const BLOCKS: Block[] = STEPS.filter(isBlock)

/** Where a block is, for people. */
export const at = ({ page, line }: Block) => `${page}:${line}`
