// GET: a deployment as server-sent events, its last state first: what a page shows that was reloaded.

import { getDeployment, watchDeployment, type DeploymentJob } from 'catalyst-sync'

import { answer, notFound, parametersOf } from '@/lib/server/answer'
import { shown, told } from '@/lib/server/deployment'

/** So that nothing between here and the browser takes the connection for dead. */
const ALIVE_MS = 15_000

const LIVE = ['pending', 'running']

export function GET(request: Request) {
  return answer(async () => {
    const id = parametersOf(request).get('id') ?? ''
    if ((await getDeployment(id)) === null) {
      return notFound(`no deployment has the id ${JSON.stringify(id)}`)
    }
    const headers = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
    }
    return new Response(events(id, request.signal), { headers })
  })
}

function events(id: string, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let leave = () => {}
  return new ReadableStream({
    start(controller) {
      let isOver = false
      let isLeft = false
      let unwatch = () => {}
      const send = (text: string) => {
        if (!isLeft) controller.enqueue(encoder.encode(text))
      }
      const alive = setInterval(() => send(': alive\n\n'), ALIVE_MS)
      const stop = () => {
        isOver = true
        clearInterval(alive)
        unwatch()
      }
      leave = () => {
        isLeft = true
        stop()
      }
      const show = async (job: DeploymentJob) => {
        if (isOver) return
        if (LIVE.includes(job.status)) {
          send(`event: update\ndata: ${JSON.stringify(shown(job))}\n\n`)
          return
        }
        stop()
        // What became of each type is known to the deployment as it was stored.
        const ended = (await getDeployment(id)) ?? job
        send(`event: end\ndata: ${JSON.stringify(await told(ended))}\n\n`)
        if (!isLeft) controller.close()
      }
      unwatch = watchDeployment(id, (job) => void show(job))
      if (isOver) unwatch()
      signal.addEventListener('abort', leave)
    },
    cancel: () => leave(),
  })
}
