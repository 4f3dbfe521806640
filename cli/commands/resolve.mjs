// resolve: decides conflicts, one by one with a person, or by flags.

import { InvalidArgumentError, Option } from 'commander'

import { EXIT, exitOfCode } from '../exit.mjs'
import { Failure } from '../failure.mjs'
import { clean, valueText } from '../text/clean.mjs'
import { conflictLines, fieldLines } from '../text/conflict.mjs'
import { renderResolutions } from '../text/resolution.mjs'

const NEXT = 'decide with --strategy source_wins|target_wins|merge, or with --value <path>=<json>'

/** How many conflicts are read at a time. */
const PAGE = 200

/** `/properties/title/maxLength=180`: what stands behind `=` is JSON. */
function pathValue(text, before = {}) {
  const at = text.indexOf('=')
  if (at < 0) throw new InvalidArgumentError('It should be path=json.')
  try {
    return { ...before, [text.slice(0, at)]: JSON.parse(text.slice(at + 1)) }
  } catch {
    throw new InvalidArgumentError('What stands behind = should be JSON; a text needs its quotes.')
  }
}

export default {
  words: 'resolve [types...]',
  summary: 'Decides conflicts: property by property on a terminal, or by flags. Sends nothing.',
  options: [
    new Option('-s, --strategy <strategy>', 'for every conflict').choices([
      ...['source_wins', 'target_wins', 'merge', 'local_wins', 'remote_wins', 'auto_merge'],
    ]),
    new Option('--value <path=json>', 'a value of your own; several may be given')
      .argParser(pathValue)
      .conflicts('strategy'),
    new Option('--list', 'show what is open, and decide nothing'),
  ],
  examples: [
    ['resolve', 'asks about every property that both sides changed'],
    ['resolve --list --json', 'what is open, with all three sides'],
    ['resolve Article --strategy target_wins', "takes the platform's side"],
    ['resolve Article --value /properties/title/maxLength=180', 'a third value'],
  ],
  async run(session, { strategy, value: values, list }, types) {
    const { out } = session
    const engine = await session.engine()
    const open = await openConflicts(session, types)
    if (list) {
      out.result('conflicts', { conflicts: open }, (terminal) => renderConflicts(open, terminal))
      return open.length > 0 ? EXIT.conflicts : EXIT.ok
    }
    const decide = (choice) => engine.resolveConflicts(open, choice)
    let resolutions = []
    if (open.length > 0) {
      if (strategy !== undefined) resolutions = await decide({ strategy })
      else if (values !== undefined) resolutions = await decide({ strategy: 'manual', values })
      else resolutions = await ask(session, open)
    }
    out.result('resolutions', { resolutions }, (terminal) =>
      renderResolutions(resolutions, open, terminal),
    )
    const refused = resolutions.find(({ error }) => error)
    if (refused !== undefined) return exitOfCode(refused.error.code)
    return resolutions.every(({ success }) => success) ? EXIT.ok : EXIT.conflicts
  },
}

/** Open conflicts as text. */
function renderConflicts(conflicts, { paint, width }) {
  if (conflicts.length === 0) return 'No conflict is open.'
  const lines = conflicts.flatMap((conflict) => [...conflictLines(conflict, paint, { width }), ''])
  return [...lines, `${conflicts.length} open.`].join('\n')
}

/** The open conflicts of some types, or of all: those that deployments recorded, and those that looking shows. */
async function openConflicts(session, types) {
  const { website } = await session.settings()
  const open = await conflictsOfTarget(session, await recordedConflicts(session))
  const wanted = open.filter(
    ({ typeKey, websiteId }) =>
      (types.length === 0 || types.includes(typeKey)) && (!website || websiteId === website),
  )
  const missing = types.filter((key) => !wanted.some(({ typeKey }) => typeKey === key))
  if (missing.length > 0) {
    const message = `there is no open conflict of ${missing.join(', ')}`
    throw new Failure('CONFLICT_NOT_FOUND', message, { next: 'catalyst-sync resolve --list' })
  }
  return wanted
}

async function recordedConflicts(session) {
  const engine = await session.engine()
  const open = []
  for (let page; page === undefined || page.hasMore;) {
    page = await engine.listConflicts({ status: 'pending', limit: PAGE, offset: open.length })
    open.push(...page.conflicts)
  }
  return open
}

/**
 * Of what is recorded what is open with the target, for of another one nothing can be decided here; and what
 * no deployment has met yet. What is recorded can be decided while the platform is away.
 */
async function conflictsOfTarget(session, recorded) {
  const engine = await session.engine()
  try {
    const query = { ...(await session.query()), includeDetails: true }
    const { details, target } = await engine.detectChanges(query)
    const own = recorded.filter((one) => one.target === target)
    const isOf = (one) => (other) =>
      other.websiteId === one.websiteId && other.typeKey === one.typeKey
    return [...own, ...details.conflicts.filter((one) => !own.some(isOf(one)))]
  } catch (error) {
    if (recorded.length === 0) throw error
    session.out.note(`Only recorded conflicts are shown: ${clean(error.message)}`)
    return recorded
  }
}

/** Asks about each property of each conflict; they are decided together at the end. */
async function ask(session, open) {
  const { asksAboutConflicts } = await session.settings()
  if (!asksAboutConflicts || !session.prompt.isPossible) {
    throw new Failure('CONSENT_MISSING', 'conflicts are open, and there is nobody to ask', {
      next: NEXT,
    })
  }
  const choices = new Map()
  for (const conflict of open) choices.set(conflict.id, await choiceOf(session, conflict))
  const engine = await session.engine()
  return engine.resolveConflicts(open, { onConflict: ({ id }) => choices.get(id) })
}

const OPEN = Symbol('left open')

async function choiceOf(session, conflict) {
  const { terminal, out, prompt } = session
  const { notePaint: paint, noteWidth } = terminal
  out.note(`\n${paint.bold(clean(conflict.name))} ${paint.dim(clean(conflict.typeKey))}`)
  // A type that is gone on one side is kept or goes as a whole.
  if (conflict.type === 'delete') return wholeChoice(session, conflict)
  const values = {}
  for (const field of conflict.fields) {
    out.note(fieldLines(field, paint, noteWidth - 22).join('\n'))
    const value = await prompt.choose(clean(field.path), sidesOf(field), { instead: NEXT })
    if (value === OPEN) continue
    values[field.path] = value === OWN ? await ownValue(prompt) : value.side
  }
  return Object.keys(values).length > 0 ? { strategy: 'manual', values } : null
}

const OWN = Symbol('a value of one’s own')

/** The sides of an overlap as choices, the one that loses nothing first. */
function sidesOf({ local, remote, suggestion }) {
  const studio = { name: `studio    ${valueText(local)}`, value: { side: local ?? null } }
  const platform = { name: `platform  ${valueText(remote)}`, value: { side: remote ?? null } }
  const sides = suggestion?.take === 'remote' ? [platform, studio] : [studio, platform]
  return [...sides, { name: 'another value', value: OWN }, { name: 'leave it open', value: OPEN }]
}

async function ownValue(prompt) {
  const isJson = (text) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return 'This should be JSON; a text needs its quotes.'
    }
  }
  return JSON.parse(await prompt.text('Value as JSON:', { instead: NEXT, validate: isJson }))
}

async function wholeChoice({ prompt }, { name, local }) {
  const [studio, platform] =
    local === null
      ? ['delete it there', 'bring it back']
      : ['make it there again', 'delete it here']
  const choices = [
    { name: `as the studio has it: ${studio}`, value: { strategy: 'source_wins' } },
    { name: `as the platform has it: ${platform}`, value: { strategy: 'target_wins' } },
    { name: 'leave it open', value: null },
  ]
  return prompt.choose(`${clean(name)} is gone on one side`, choices, { instead: NEXT })
}
