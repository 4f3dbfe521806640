// deploy: plans, shows the plan, asks, and runs exactly that plan.

import { randomBytes } from 'node:crypto'

import { Option } from 'commander'

import { consentsOf } from '../consent.mjs'
import { carryOut, follow } from '../deploy.mjs'
import { Failure } from '../failure.mjs'
import * as option from '../options.mjs'

/** What a deployment that is carried on has from its beginning. */
const OTHERS = [
  ...['push', 'pull', 'both', 'allowDelete', 'allowDataLoss', 'conflicts', 'bypassValidation'],
  ...['planDigest', 'dryRun', 'force', 'stopOnError'],
]

function requireNone(types) {
  if (types.length === 0) return
  const message = `--resume carries on with the types of its deployment, and not with ${types.join(', ')}`
  throw new Failure('INVALID_ARGUMENT', message, { next: 'leave the types out' })
}

/** Refuses a plan with errors where the configuration says that nothing is to be sent then. */
function requireSound({ findings }) {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const problems = errors.map(
    ({ code, typeKey, message }) => `${code} ${typeKey ?? ''}: ${message}`,
  )
  const message = 'the validation is strict, and types have errors; nothing was sent'
  throw new Failure('VALIDATION_FAILED', message, { problems })
}

export default {
  words: 'deploy [types...]',
  summary: 'Plans, shows the plan, asks, and carries out exactly that plan.',
  options: [
    ...option.directions(),
    option.yes(),
    option.allowDelete(),
    option.allowDataLoss(),
    option.conflicts(),
    option.bypassValidation(),
    new Option('--plan-digest <digest>', 'only if the plan is the one with this digest'),
    new Option('--dry-run', 'plan, and send nothing'),
    new Option('--force', 'send every type again'),
    new Option('--stop-on-error', 'begin nothing new after the first failure'),
    new Option('--resume <deployment>', 'carry on with one that failed in part').conflicts(OTHERS),
  ],
  examples: [
    ['deploy', 'shows what would be sent, and asks'],
    ['deploy --yes', 'does not ask; deletes nothing and loses nothing'],
    ['deploy --both', 'takes home what the platform changed, then sends'],
    ['deploy --allow-delete=optimizely:api.cms.optimizely.com:production --yes', 'deletes, too'],
    ['deploy --json-stream --yes', 'one event per line, for a program that follows'],
  ],
  async run(session, flags, types) {
    const engine = await session.engine()
    if (flags.resume !== undefined) {
      requireNone(types)
      const start = (onUpdate) => engine.resumeDeployment(flags.resume, onUpdate)
      return follow(session, { start })
    }
    const { website, isStrict, engine: settings } = await session.settings()
    const options = option.runOptions(flags, consentsOf(flags))
    const plan = await engine.planDeployment({ ...(await session.query(types)), ...options })
    requireDigest(plan, flags.planDigest)
    if (isStrict) requireSound(plan)
    const job = {
      id: `cli-${randomBytes(6).toString('hex')}`,
      providerId: settings.provider.id,
      websiteId: website,
      selectedTypes: types,
      status: 'pending',
      progress: 0,
      startedAt: new Date(),
      logs: [],
      options: { ...options, planDigest: plan.digest },
    }
    const start = (onUpdate) => engine.startDeployment(job, settings.provider, onUpdate)
    return carryOut(session, plan, { flags, verb: 'Deploy to', start, runsIdle: true })
  },
}

/** Refuses a plan that is not the one that somebody reviewed. */
function requireDigest({ digest }, wanted) {
  if (wanted === undefined || wanted === digest) return
  const message = `the plan is now ${digest}, and not ${wanted}`
  throw new Failure('PLAN_STALE', message, { next: 'look at it again' })
}
