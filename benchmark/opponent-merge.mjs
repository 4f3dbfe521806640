/**
 * What a Node developer would write for three sides: microdiff of the base against each, and the
 * paths that both name. Prints its CPU time and what it found as one line of JSON.
 *
 *     node benchmark/opponent-merge.mjs <file of benchmark-merge>
 */
import { readFileSync } from 'node:fs'

import microdiff from 'microdiff'

const lines = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')
const documents = lines.map((line) => JSON.parse(line))

const found = { local: 0, remote: 0, overlaps: 0 }
const before = process.cpuUsage()
for (const { base, local, remote } of documents) {
  const ours = microdiff(base, local)
  const theirs = microdiff(base, remote)
  found.local += ours.length
  found.remote += theirs.length
  if (ours.length > 0 && theirs.length > 0) {
    const paths = new Set(ours.map(({ path }) => path.join('/')))
    found.overlaps += theirs.filter(({ path }) => paths.has(path.join('/'))).length
  }
}
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, ...found }))
