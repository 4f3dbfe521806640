import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

const CODE = `
  const { parentPort } = require('node:worker_threads')
  const sync = require(${JSON.stringify(join(__dirname, '../index.js'))})
  const job = { id: 'a', status: 'pending', progress: 0, startedAt: new Date(), logs: [] }
  sync.startDeployment(job, null, ({ status }) => parentPort.postMessage(status))
`

/** Runs a deployment in a worker; resolves to its updates once the worker has exited. */
function work(terminate = false): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(CODE, { eval: true })
    const seen: string[] = []
    worker.on('message', (status: string) => {
      seen.push(status)
      if (terminate) void worker.terminate()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(seen))
  })
}

test('one after the other', async () => {
  for (let at = 0; at < 3; at++) expect(await work()).toEqual(['running', 'failed'])
})

test('side by side', async () => {
  const seen = await Promise.all([work(), work(), work(), work()])
  expect(seen).toEqual(Array(4).fill(['running', 'failed']))
})

test('terminated', async () => {
  const seen = await Promise.all([work(true), work(true), work(true)])
  expect(seen.map(([first]) => first)).toEqual(['running', 'running', 'running'])
})
