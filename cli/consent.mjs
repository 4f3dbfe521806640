// What a deployment may destroy, and who agreed to it. `--yes` agrees to neither deletion nor loss.

import { Failure } from './failure.mjs'
import { count } from './text/clean.mjs'

/** Kinds of consent: the flag, what it allows, and what of a plan it is needed for. */
const CONSENTS = [
  {
    flag: 'allowDelete',
    words: '--allow-delete',
    code: 'DELETE_REFUSED',
    needed: ({ operation }) => operation === 'delete',
    tells: (types) => `${types} would be deleted`,
    unknown: 'types that the deployment made in the studio would be deleted there',
  },
  {
    flag: 'allowDataLoss',
    words: '--allow-data-loss',
    code: 'DATA_LOSS_REFUSED',
    needed: ({ operation, risk }) => operation !== 'delete' && risk === 'lossy',
    tells: (types) => `${types} would lose content`,
    unknown: 'types of the studio may lose content',
  },
]

/** What the flags ask a plan to hold. */
export function consentsOf(flags) {
  return Object.fromEntries(
    CONSENTS.filter(({ flag }) => flags[flag] !== undefined).map(({ flag }) => [flag, true]),
  )
}

/**
 * Has whatever a plan destroys agreed to: by a flag that names the target, else by somebody who types
 * that name. Throws where nobody agrees. What a rollback may destroy in the studio (`--studio`) is in
 * no plan: whoever allows it agrees to it, too.
 */
export async function agree(plan, flags, prompt) {
  for (const { flag, words, code, needed, tells, unknown } of CONSENTS) {
    const operations = plan.operations.filter(needed)
    const parts = [
      ...(operations.length > 0 ? [tells(typesOf(operations))] : []),
      ...(flags.studio && flags[flag] !== undefined ? [unknown] : []),
    ]
    if (parts.length === 0 || flags[flag] === plan.target) continue
    const told = parts.join(', and ')
    const next = `${words}=${plan.target}`
    if (typeof flags[flag] === 'string') {
      const message = `${words} names ${flags[flag]}, and the target is ${plan.target}`
      throw new Failure(code, message, { next })
    }
    if (!prompt.isPossible) {
      throw new Failure(code, `${told}, and --yes does not cover that`, { next })
    }
    const question = `${told}. Type the name of the target (${plan.target}) to allow it:`
    if (!(await prompt.typed(question, plan.target, { instead: next }))) {
      throw new Failure(code, 'that is not the name of the target; nothing was done', { next })
    }
  }
}

/** How many types are concerned, and on which side: a pull may destroy what the studio holds. */
function typesOf(operations) {
  const here = operations.filter(({ direction }) => direction === 'pull').length
  const there = operations.length - here
  const parts = [
    ...(there > 0 ? [count(there, 'content type')] : []),
    ...(here > 0 ? [`${count(here, 'content type')} of the studio`] : []),
  ]
  return parts.join(' and ')
}
