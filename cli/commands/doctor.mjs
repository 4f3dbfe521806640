// doctor: whether a deployment could run now, and where every setting came from.

import { NOWHERE } from '../config/settings.mjs'
import { EXIT } from '../exit.mjs'
import { clean, count } from '../text/clean.mjs'

const STATUS = {
  ok: ['green', '✓'],
  read_only: ['yellow', '!'],
  not_configured: ['yellow', '!'],
  failed: ['red', '✗'],
}

const OVERALL = { healthy: 'green', degraded: 'yellow', unhealthy: 'red' }

/** Names of what is secret: the value is never shown. */
const SECRET = /^credentials$|_KEY/

const DAY_MS = 24 * 60 * 60 * 1000

/** What became of the attempts of the last day, which count whatever was decided since. */
function attemptLines({ total, successful, partial, failed }, paint) {
  const parts = [
    [
      partial,
      `${partial} done in part: a conflict was left, or a side did not keep something`,
      'partial',
    ],
    [failed, `${failed} failed`, 'failed'],
  ].filter(([number]) => number > 0)
  return [
    `${paint[parts.length > 0 ? 'yellow' : 'green'](parts.length > 0 ? '!' : '✓')} attempts  ${successful} of ${total} succeeded in the last 24 hours`,
    ...parts.map(
      ([, told, status]) => `            ${told}; catalyst-sync history --status ${status}`,
    ),
    ...(parts.length > 0
      ? ['            each counts for 24 hours, also once it was decided or sent again']
      : []),
  ]
}

/** Health and settings. */
function renderHealth({ health, attempts, settings, node }, { paint }) {
  const parts = ['database', 'state', 'platform'].flatMap((name) => {
    const { status, code, message } = health[name]
    const [colour, sign] = STATUS[status]
    return [
      `${paint[colour](sign)} ${name.padEnd(9)} ${status.replace('_', ' ')}${code ? `  ${code}` : ''}`,
      ...(message ? [`            ${clean(message)}`] : []),
    ]
  })
  const sent = attempts === null ? 'nothing was sent in 24 hours; ' : ''
  const tried = attempts === null ? [] : attemptLines(attempts, paint)
  return [
    `${paint.bold('Health')}  ${paint[OVERALL[health.status]](health.status)}  ${paint.dim(`${sent}Node.js ${node}`)}`,
    ...[...parts, ...tried].map((line) => `  ${line}`),
    '',
    paint.bold('Settings'),
    ...settings.map(
      ({ name, value, from }) =>
        `  ${clean(name).padEnd(26)} ${clean(value)}${value === '' ? '' : '  '}${paint.dim(clean(from))}`,
    ),
  ].join('\n')
}

/** The settings with their origins; secrets are said to be there, and no more. */
function settingsTold({ engine, website, isStrict, origins, file }, env) {
  const { id, config } = engine.provider
  const values = {
    ...engine,
    databaseUrl: engine.databaseUrl ?? env.DATABASE_URL,
    provider: id,
    apiUrl: config.apiUrl ?? env.OPTIMIZELY_API_URL,
    directory: config.directory,
    website,
    strict: isStrict,
  }
  const told = Object.entries(origins).map(([name, from]) => ({
    name,
    value: from === NOWHERE ? '' : shown(name, values[name]),
    from,
  }))
  return [{ name: 'configuration', value: file ?? 'none', from: 'looked for here' }, ...told]
}

/** The attempts that the rate of the health is made of; `null` where there were none. */
async function attemptsOf(engine, { successRate24h, timestamp }) {
  if (successRate24h === null) return null
  const from = new Date(timestamp.getTime() - DAY_MS)
  const { total, successful, partial, failed } = await engine.getAnalytics({ from, to: timestamp })
  return { total, successful, partial, failed }
}

function shown(name, value) {
  if (SECRET.test(name)) return '***'
  if (value === undefined) return ''
  return typeof value === 'string' ? withoutPassword(value) : JSON.stringify(value)
}

/** An address may hold a password. */
function withoutPassword(text) {
  return text.replace(/:\/\/[^/]*@/, '://***@')
}

export default {
  words: 'doctor',
  summary: 'Says whether a deployment could run now, and where every setting came from.',
  examples: [
    ['doctor', 'the first thing to try when something fails'],
    ['doctor --json', 'for a health check: 1 when it is unhealthy'],
  ],
  async run(session) {
    const settings = settingsTold(await session.settings(), session.env)
    const engine = await session.engine()
    const health = await engine.health()
    const attempts = await attemptsOf(engine, health)
    const report = { health, attempts, settings, node: process.versions.node }
    session.out.result('doctor', report, (terminal) => renderHealth(report, terminal))
    return health.status === 'unhealthy' ? EXIT.failed : EXIT.ok
  },
}
