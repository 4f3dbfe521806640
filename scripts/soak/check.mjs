import { statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import { files } from './files.mjs'
import { TARGETS, note } from './steps.mjs'
import { LASTING } from './studio.mjs'

const MEGABYTE = 1_000_000

/** How much more the lasting engine may hold at a look than at the third: it has warmed up by then. */
const MORE = { rss: 64 * MEGABYTE, heapUsed: 16 * MEGABYTE, handles: 8 }

/** What holds whoever is at work; tells what was measured. */
export async function check(world) {
  const { studio, platform, said, lasting } = world
  const types = studio.types()
  const stored = await platform.types()
  let invariants = 0
  const held = (what, is) => {
    if (!is) throw new Error(what)
    invariants++
  }
  for (const [id, label] of said.studio) {
    const title = types.get(id)?.fields.find(({ name }) => name === 'title')
    held(`the studio's ${id} says ${title?.label}, and not ${label}`, title?.label === label)
  }
  for (const [key, description] of said.platform) {
    const now = stored[key]?.description
    held(`the platform's ${key} says ${now}, and not ${description}`, now === description)
  }
  const names = Object.values(stored).map(({ displayName }) => displayName)
  for (const { name } of types.values()) {
    const times = names.filter((one) => one === name).length
    held(`${name} is there ${times} times`, times <= 1)
    if (LASTING.includes(name)) held(`${name} is gone`, times === 1)
  }
  held('a database is damaged', studio.isSound())
  const { ok, firstBroken, code } = note(world, await lasting.ask('verify'))
  held(`the history is broken: ${firstBroken ?? code}`, ok)
  const violations = await platform.violations()
  held(`the contract was broken: ${JSON.stringify(violations)}`, violations.length === 0)

  const { left } = note(world, await lasting.ask('recover'))
  const isThere = (id) => names.includes(types.get(id)?.name)
  world.settled = left === 0 ? [...types.keys()].filter(isThere) : []
  const memory = statSync(`${studio.path}.catalyst-sync`).size
  const work = Object.values(world.counts).reduce((sum, count) => sum + count, 0)
  return { ...(await lasting.ask('measure')), memory, work, left, invariants }
}

/** Deploys in both directions until nothing is left to do, and both sides are alike. */
export async function converge(world, { allowed, decide = false }) {
  const until = Date.now() + allowed
  for (let at = 0; ; at++) {
    const seen = []
    for (const target of TARGETS) seen.push(await approach(world, { target, decide, at }))
    const differing = differences(world.studio.types(), {
      optimizely: Object.values(await world.platform.types()),
      files: files(world.folder),
    })
    if (seen.every(({ isAtRest }) => isAtRest) && differing.length === 0) return
    if (Date.now() > until) {
      throw new Error(`they do not come to rest: ${JSON.stringify({ seen, differing })}`)
    }
    // What is in doubt is settled only when no answer can come any more.
    if (at > 2) await pause(2_000)
  }
}

/** One more deployment to a target, of everything and in both directions. */
async function approach(world, { target, decide, at }) {
  const { lasting } = world
  const options = { mode: 'bidirectional', allowDelete: true, allowDataLoss: true }
  note(world, await lasting.ask('recover'))
  if (decide) note(world, await lasting.ask('decide', { strategy: 'source_wins' }))
  const id = `rest ${target} ${Date.now()} ${at}`
  const run = note(world, await lasting.ask('deploy', { id, target, options }))
  const conflicts = await lasting.ask('conflicts')
  const look = await lasting.ask('look', { target })
  const isDone = run.status === 'completed' && run.done === 0 && look.operations === 0
  return { target, run, conflicts, look, isAtRest: isDone && conflicts.open === 0 }
}

/** In what the studio and both targets are not alike. */
function differences(types, targets) {
  const found = []
  for (const [target, stored] of Object.entries(targets)) {
    const byName = new Map(stored.map((type) => [type.displayName, type]))
    for (const { name, description, fields } of types.values()) {
      const type = byName.get(name)
      const differs = (what) => found.push(`${target}: ${what} of ${name}`)
      if (type === undefined) {
        differs('nothing')
        continue
      }
      if ((type.description ?? '') !== (description ?? '')) differs('the description')
      for (const { name: key, label } of fields) {
        if (type.properties[key]?.displayName !== label) differs(key)
      }
    }
  }
  return found
}

/** What the lasting engine holds, and the bound of that. */
export class Limits {
  #base
  #looks = 0

  /** A line for people; throws where something grew beyond its bound. */
  take(at, { rss, heapUsed, handles, memory, work, left, invariants }) {
    const now = { rss, heapUsed, handles }
    this.#looks++
    if (this.#looks <= 3) this.#base = now
    for (const [name, more] of Object.entries(MORE)) {
      if (now[name] > this.#base[name] + more) {
        throw new Error(`${name} grew from ${this.#base[name]} to ${now[name]}`)
      }
    }
    const mb = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`
    return [
      `${at}:`.padEnd(5),
      `${work} steps,`,
      `resident ${mb(rss)}, heap ${mb(heapUsed)}, ${handles} files,`,
      `memory of the engine ${mb(memory)},`,
      `${invariants} invariants hold,`,
      left === 0 ? 'nothing under way' : `${left} scopes under way or in doubt`,
    ].join(' ')
  }
}
