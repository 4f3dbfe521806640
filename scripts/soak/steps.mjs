import { setTimeout as pause } from 'node:timers/promises'

import { DIED } from './engine.mjs'
import { files } from './files.mjs'
import { LASTING } from './studio.mjs'

/** Where types go. */
export const TARGETS = ['optimizely', 'files']

/** Most questions that an engine is asked at once. */
const AT_ONCE = 3

/** Most types that people add. */
const MOST_ADDED = 12

/** Each kind of step, as often as it comes. */
const STEPS = [
  ...Array(6).fill(author),
  ...Array(4).fill(colleague),
  bothAtOnce,
  add,
  remove,
  ...Array(6).fill(deploy),
  ...Array(2).fill(cancel),
  decide,
  look,
  undo,
  kill,
]

/** Steps that may take as long as it takes until what is in doubt can be told. */
const LONG = new Set([deploy, undo, decide, look])

/** Takes steps until a moment. Those that take long go on behind it; what breaks them ends all. */
export async function steps(world, until) {
  const { begun, random } = world
  const short = new Set()
  while (Date.now() < until) {
    const step = random.pick(STEPS)
    world.counts[step.name] = (world.counts[step.name] ?? 0) + 1
    const among = LONG.has(step) ? begun : short
    const work = step(world).finally(() => among.delete(work))
    among.add(work)
    await Promise.race([Promise.all([...begun, ...short]), pause(random.below(120))])
  }
  await Promise.all(short)
}

/** A new text of one side. */
let number = 0
const text = (what) => `${what} ${number++}`

async function author({ random, studio, said }) {
  const id = random.pick([...studio.types().keys()])
  const label = text('Author')
  if (studio.label(id, 'title', label)) said.studio.set(id, label)
}

async function colleague({ random, platform, said }) {
  const keys = Object.keys(await platform.types())
  const key = random.pick(LASTING.filter((name) => keys.includes(name)))
  if (key === undefined) return
  const description = text('Colleague')
  await platform.edit(key, { description })
  said.platform.set(key, description)
}

/** An edit of the same text on both sides: somebody has to decide. */
async function bothAtOnce({ random, studio, platform }) {
  const name = random.pick(LASTING)
  const stored = (await platform.types())[name]
  if (stored === undefined) return
  studio.label(name, 'shared', text('Ours'))
  await platform.edit(name, { properties: { shared: { displayName: text('Theirs') } } })
}

async function add({ studio }) {
  if (studio.types().size < LASTING.length + MOST_ADDED) studio.add(text('Added'))
}

/**
 * Only what is settled is removed: whose creation is in doubt could not be told afterwards. And one at a
 * time: that most types are gone is taken for a mistake.
 */
async function remove({ random, studio, platform, folder, said, settled = [] }) {
  const stored = [...Object.values(await platform.types()), ...files(folder)]
  const types = studio.types()
  const isAdded = (id) => !LASTING.includes(id)
  const isGone = ({ displayName }) => displayName.startsWith('Added') && !types.has(displayName)
  const id = random.pick(settled.filter((one) => isAdded(one) && types.has(one)))
  if (id === undefined || stored.some(isGone)) return
  studio.remove(id)
  said.studio.delete(id)
}

async function deploy(world) {
  const { random } = world
  const engine = random.pick([world.lasting, world.mortal])
  if (engine.open >= AT_ONCE) return
  const id = text('run')
  const options = {
    mode: random.pick(['push', 'push', 'pull', 'bidirectional']),
    allowDelete: random.oneIn(2),
    allowDataLoss: random.oneIn(2),
    dryRun: random.oneIn(10),
    force: random.oneIn(10),
    rollback: random.oneIn(6) ? 'full' : 'none',
    conflictStrategy: random.pick(['merge', 'skip', 'source_wins']),
  }
  const target = random.pick(TARGETS)
  world.running = { engine, id }
  const answer = note(world, await engine.ask('deploy', { id, target, options }))
  const isDone = answer.status === 'completed' && answer.done > 0
  if (isDone && target === 'optimizely') world.ended.push({ id })
}

async function cancel({ running }) {
  await running?.engine.ask('cancel', { id: running.id })
}

async function decide(world) {
  const strategy = world.random.pick(['source_wins', 'target_wins', 'merge'])
  const engine = world.random.pick([world.lasting, world.mortal])
  if (engine.open < AT_ONCE) note(world, await engine.ask('decide', { strategy }))
}

async function look(world) {
  if (world.lasting.open >= AT_ONCE) return
  note(world, await world.lasting.ask('look', { target: world.random.pick(TARGETS) }))
}

async function undo(world) {
  const last = world.ended.pop()
  if (last && world.lasting.open < AT_ONCE) note(world, await world.lasting.ask('undo', last))
}

async function kill({ mortal }) {
  await mortal.restart()
}

/** What nothing that happens here is a reason for. */
const UNEXPECTED = new Set([
  'INTERNAL',
  'THROWN',
  'STATE_INCOMPATIBLE',
  'STORE_FAILED',
  'STUDIO_MISMATCH',
  'TARGET_MISMATCH',
])

/** Counts what was answered. A defect ends the soak, and so does a process that died by itself. */
export function note(world, answer) {
  for (const code of [answer.code, ...(answer.codes ?? [])]) {
    if (code === undefined) continue
    world.codes[code] = (world.codes[code] ?? 0) + 1
    const isDefect = UNEXPECTED.has(code)
    const died = code === DIED && answer.how !== 'SIGKILL'
    if (isDefect || died) throw new Error(`an engine answered ${JSON.stringify(answer)}`)
  }
  return answer
}
