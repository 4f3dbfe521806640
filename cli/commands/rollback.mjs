// rollback: undoes a deployment on the platform.

import { Option } from 'commander'

import { consentsOf } from '../consent.mjs'
import { carryOut } from '../deploy.mjs'
import * as option from '../options.mjs'

export default {
  words: 'rollback <deployment>',
  summary: 'Undoes a deployment on the platform, by a deployment of its own.',
  options: [
    option.yes(),
    option.allowDelete(),
    option.allowDataLoss(),
    option.conflicts(['merge', 'skip', 'source_wins']),
    new Option('--failed-only', 'only types that it left half done'),
    new Option('--studio', 'take the rows of the studio back, too'),
    new Option('--dry-run', 'plan, and send nothing'),
    new Option('--stop-on-error', 'begin nothing new after the first failure'),
  ],
  examples: [
    ['rollback cli-1b9d… --dry-run', 'what undoing would do'],
    ['rollback cli-1b9d… --allow-delete', 'and delete the types that it made'],
  ],
  async run(session, flags, id) {
    const engine = await session.engine()
    const options = {
      ...option.runOptions(flags, consentsOf(flags)),
      mode: flags.failedOnly ? 'failed-only' : 'full',
      ...(flags.studio && { preserveData: false }),
    }
    const plan = await engine.planRollback(id, options)
    const start = (onUpdate) =>
      engine.rollbackDeployment(id, { ...options, planDigest: plan.digest, onUpdate })
    const verb = `Undo ${id} ${flags.studio ? 'in the studio and on' : 'on'}`
    const code = await carryOut(session, plan, { flags, verb, start, undoes: id })
    if (session.out.isText && !flags.studio) session.out.note(keeps(flags))
    return code
  },
}

/** What a rollback leaves alone, which would come as a surprise with the next deployment. */
function keeps({ dryRun }) {
  const verb = dryRun ? 'would keep' : 'keeps'
  return `The studio ${verb} its own edits; they go out with the next deployment. --studio takes them back, too.`
}
