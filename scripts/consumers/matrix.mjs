// Who uses the package, and how each of them is tried. `versionOf` names the package whose version is
// told; without it, that of Node.js is.

import { jest } from './jest.mjs'
import { next } from './next.mjs'
import { compiled, program } from './program.mjs'

const REACT_18 = { react: '18', 'react-dom': '18' }
const REACT_19 = { react: '19', 'react-dom': '19' }

/** In the order in which they are tried: the lightest first. */
export const CONSUMERS = [
  { name: 'CommonJS', smoke: true, files: 'commonjs', uses: {}, use: program('main.cjs') },
  { name: 'ESM', smoke: true, files: 'esm', uses: {}, use: program('main.mjs') },
  { name: 'worker threads', smoke: true, files: 'worker', uses: {}, use: program('main.mjs') },
  {
    name: 'TypeScript, nodenext',
    smoke: true,
    files: 'typescript',
    uses: {},
    versionOf: 'typescript',
    use: compiled('nodenext', 'nodenext'),
  },
  {
    name: 'TypeScript, bundler',
    files: 'typescript',
    uses: {},
    versionOf: 'typescript',
    use: compiled('esnext', 'bundler'),
  },
  { name: 'Jest 29', files: 'jest', uses: { jest: '29' }, versionOf: 'jest', use: jest },
  { name: 'Jest 30', files: 'jest', uses: { jest: '30' }, versionOf: 'jest', use: jest },
  {
    name: 'Next.js 14, webpack',
    files: 'next',
    uses: { next: '14', ...REACT_18 },
    versionOf: 'next',
    use: next({
      option: { experimental: { serverComponentsExternalPackages: ['catalyst-sync'] } },
    }),
  },
  {
    name: 'Next.js 15, webpack',
    files: 'next',
    uses: { next: '15', ...REACT_19 },
    versionOf: 'next',
    use: next({ option: { serverExternalPackages: ['catalyst-sync'] } }),
  },
  {
    name: 'Next.js 15, Turbopack',
    files: 'next',
    uses: { next: '15', ...REACT_19 },
    versionOf: 'next',
    use: next({ option: { serverExternalPackages: ['catalyst-sync'] }, words: ['--turbopack'] }),
  },
]
