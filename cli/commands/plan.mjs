// plan: what a deployment would do.

import { consentsOf } from '../consent.mjs'
import { exitOfLook } from '../exit.mjs'
import * as option from '../options.mjs'
import { renderPlan } from '../text/plan.mjs'

export default {
  words: 'plan [types...]',
  summary: 'Says what a deployment would do. Writes nothing.',
  options: [
    ...option.directions(),
    option.conflicts(),
    option.allowDelete(),
    option.allowDataLoss(),
    option.bypassValidation(),
    option.detailedExitcode(),
  ],
  examples: [
    ['plan', 'what deploy would send'],
    ['plan --allow-delete', 'with the types that are gone from the studio'],
    ['plan --json > plan.json', 'its digest goes to deploy --plan-digest'],
  ],
  async run(session, flags, types) {
    const engine = await session.engine()
    const options = {
      ...(await session.query(types)),
      ...option.runOptions(flags, consentsOf(flags)),
    }
    const plan = await engine.planDeployment(options)
    session.out.result('plan', plan, (terminal) => renderPlan(plan, terminal))
    const { add, change, destroy, conflicts } = plan.summary
    return exitOfLook({ changes: add + change + destroy, conflicts }, flags.detailedExitcode)
  },
}
