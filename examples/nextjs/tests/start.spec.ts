// The last step of `npm run example`, after the package and the pages were built as for every test here.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { expect, test } from '@playwright/test'

/** What it is ended with: Ctrl-C, by another program, and by a window that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const START = join(import.meta.dirname, '..', 'scripts', 'start.mjs')

/** Starts all of it, and resolves with what it said until it stood. */
async function started() {
  const env = { ...process.env, PORT: '0' }
  const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line.trim())
    if (/Ctrl-C ends it/.test(line)) break
  }
  return { child, exited, said }
}

test('one command starts all of it', async ({ page }) => {
  const { child, exited, said } = await started()
  try {
    const address = (name: string) =>
      new RegExp(`^${name} +(http://\\S+)`, 'm').exec(said.join('\n'))?.[1] ?? `no ${name}`
    await page.goto(address('The studio'))
    await expect(page.getByText('Reachable')).toBeVisible()
    await page.goto(address('Its edit page'))
    await expect(page.getByRole('heading', { name: 'Content types in the CMS' })).toBeVisible()
  } finally {
    // It ends what it started, too.
    child.kill('SIGTERM')
    await exited
  }
})

for (const signal of SIGNALS) {
  test(`${signal} ends all of it`, async ({ page }) => {
    const { child, exited, said } = await started()
    const addresses = said.flatMap((line) => /http:\/\/[^\s/]+/.exec(line) ?? [])
    expect(new Set(addresses).size).toBe(2)
    child.kill(signal)
    expect(await exited).toEqual([0, null])
    for (const address of addresses) {
      await expect(page.request.get(address)).rejects.toThrow('ECONNREFUSED')
    }
  })
}

test('a port that is taken is said in a line, and nothing of whoever has it is touched', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const data = join(import.meta.dirname, '..', 'data', `fake-${port}`)
  mkdirSync(data, { recursive: true })
  try {
    const env = { ...process.env, PORT: String(port) }
    const { status, stdout, stderr } = spawnSync(process.execPath, [START], {
      env,
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `port ${port} is taken, perhaps by another example: choose another one, with PORT=3000 npm run example\n`,
    })
    expect(existsSync(data)).toBe(true)
  } finally {
    rmSync(data, { recursive: true })
    server.close()
  }
})
