import { deepStrictEqual } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expectOk } from '../pack.mjs'
import { TYPES } from './bench.mjs'

/** How long a server may take to be there. */
const START_MS = 60_000

/** Builds an application for production, starts it, and deploys through its route. */
export function next({ option, words = [] }) {
  return async (folder, { environment }) => {
    const env = { ...environment, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    writeFileSync(join(folder, 'next.config.js'), `module.exports = ${JSON.stringify(option)}\n`)
    const program = join(folder, '../node_modules/next/dist/bin/next')
    await expectOk(process.execPath, [program, 'build', ...words], folder, env)
    const server = spawn(process.execPath, [program, 'start', '-p', '0'], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(server, 'exit')
    try {
      await deploysThrough(await originOf(server))
    } finally {
      server.kill()
      await ended
    }
  }
}

async function deploysThrough(origin) {
  const page = await (await fetch(origin)).text()
  if (!page.includes(`created: ${TYPES}`)) throw new Error(`the page says otherwise: ${page}`)
  const init = { method: 'POST', body: JSON.stringify({ id: 'from-next' }) }
  const answer = await fetch(`${origin}/api/deploy`, init)
  if (!answer.ok) throw new Error(`the route answered ${answer.status}: ${await answer.text()}`)
  deepStrictEqual(await answer.json(), { first: 'running', status: 'completed', left: 0 })
}

/** Where a server that starts listens. */
function originOf(server) {
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the server ${why}:\n${said}`))
    const late = setTimeout(() => fail(`was not there after ${START_MS} ms`), START_MS)
    const listen = (text) => {
      said += text
      const [origin] = /http:\/\/localhost:\d+/.exec(said) ?? []
      // It names its address before it is ready.
      if (origin === undefined || !/Ready in/.test(said)) return
      clearTimeout(late)
      resolve(origin)
    }
    server.stdout.setEncoding('utf8').on('data', listen)
    server.stderr.setEncoding('utf8').on('data', listen)
    server.once('exit', (code) => {
      clearTimeout(late)
      fail(`ended with ${code}`)
    })
  })
}
