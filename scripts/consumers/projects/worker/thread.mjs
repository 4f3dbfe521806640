import { parentPort, workerData } from 'node:worker_threads'

import { close, detectChanges, synchronize } from 'catalyst-sync'

const tasks = {
  look: async () => (await detectChanges()).summary,
  deploy: async () => (await synchronize()).job.status,
  // Is in the middle of its work when it is terminated.
  wait: async () => {
    parentPort.postMessage('begun')
    for (;;) await detectChanges()
  },
}

parentPort.postMessage(await tasks[workerData.task]())
await close()
