// What the command line tells of a deployment of which a part went, and of undoing one.

import { Bench } from './support/bench'
import { Shell } from './support/cli'
import { edit } from './support/studio'

let bench: Bench
let shell: Shell
beforeAll(async () => {
  bench = await Bench.open({ types: 3, options: { cacheTtlMs: 0 } })
  shell = Shell.at(bench)
  await shell.json('deploy', '--yes')
})
afterAll(() => bench.close())

/** Gives fields of the first type labels, as the studio would. */
function label(...labels: string[]): void {
  for (const [at, text] of labels.entries()) {
    const sql = `UPDATE "ContentType" SET "fields" = json_set("fields", ?, ?) WHERE "id" = 'ct_1'`
    edit(bench.folder.file('dev.db'), sql, `$.fields[${at}].label`, text)
  }
}

const theirs = (displayName: string) =>
  bench.platform.control('edit', {
    version: 'v1',
    key: 'Type1',
    patch: { properties: { title: { displayName } } },
  })

/** The last lines, with what differs each time replaced. */
const lastOf = (text: string, lines: number) =>
  text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .join('\n')
    .replace(/\d+\.\d s/g, 'TIME')
    .replace(/cli-[0-9a-f]{12}/g, 'DEPLOYMENT')

test('what went is counted as such, and what is left as left', async () => {
  label('Here', 'Text')
  await theirs('There')
  const { code, stdout, stderr } = await shell.run(['deploy', '--yes'])
  expect(code).toBe(3)
  expect(stderr).toContain('! in part    Type 1 Type1  CONFLICT: changed on both sides: ')
  expect(stderr).not.toContain('0 succeeded')
  expect(lastOf(stdout, 2)).toBe(
    `Deployed in part: 1 succeeded, 1 of them in part: the rest waits for a decision; TIME, 3 requests. DEPLOYMENT
next  catalyst-sync resolve`,
  )
  const again = await shell.run(['deploy', '--yes'])
  expect(lastOf(again.stdout, 2)).toBe(
    `Nothing deployed: 0 succeeded, 1 in conflict; TIME, 1 request. DEPLOYMENT
next  catalyst-sync resolve`,
  )
})

test('resolve tells the value that holds now, whoever had it', async () => {
  const { stdout } = await shell.run(['resolve', '--strategy', 'target_wins'])
  expect(stdout).toContain('✓ Type1  target_wins\n      /properties/title/displayName  "There"\n')
})

test('a rollback is told as one, with what was changed since and what the studio keeps', async () => {
  label('Mine', 'Words')
  const { deployment } = await shell.json('deploy', '--yes')
  await theirs('Theirs')
  const { code, stdout, stderr } = await shell.run(['rollback', deployment.id, '--yes'])
  expect(code).toBe(3)
  expect(stdout).toContain(`undoes ${deployment.id}\n`)
  expect(stdout).toContain(`
  ! Type 1 Type1
      /properties/title/displayName
          deployed  "Mine"
          before    "There"
          platform  "Theirs"
          changed since, and left as it is
`)
  expect(lastOf(stdout, 2)).toBe(
    `Rolled back in part: 1 succeeded, 1 of them in part: what was changed since stays; TIME, 3 requests. DEPLOYMENT-rollback
next  catalyst-sync rollback DEPLOYMENT --conflicts source_wins`,
  )
  expect(stderr).not.toContain('content types to sync')
  expect(lastOf(stderr, 1)).toBe(
    'The studio keeps its own edits; they go out with the next deployment. --studio takes them back, too.',
  )
})

test('what is sent again although nothing differs is no change, and not unchanged', async () => {
  await bench.engine.synchronize()
  const { stdout } = await shell.run(['deploy', '--yes', '--force'])
  expect(stdout).toContain(
    'Plan: 0 to add, 0 to change, 0 to destroy, 3 to send again as they are; 0 unchanged.',
  )
})

test('a report goes to stdout where nobody reads it on a terminal', async () => {
  const { stdout, code } = await shell.run(['report'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^<!doctype html>/)
})
