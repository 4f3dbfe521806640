// Deploys in a worker thread, looks at it from two more at once, and ends one that only began.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const thread = (task) =>
  new Worker(new URL('./thread.mjs', import.meta.url), { workerData: { task } })

/** What a thread answered; it has ended then. */
async function answer(task) {
  const worker = thread(task)
  const ended = once(worker, 'exit')
  const [value] = await once(worker, 'message')
  const [code] = await ended
  if (code !== 0) throw new Error(`a thread ended with ${code}`)
  return value
}

const { created } = await answer('look')
const status = await answer('deploy')
const [one, two] = await Promise.all([answer('look'), answer('look')])
const begun = thread('wait')
await once(begun, 'message')
await begun.terminate()
console.log(JSON.stringify({ created, first: 'running', status, left: one.total + two.total }))
