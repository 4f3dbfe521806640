// Options that several commands take.

import { InvalidArgumentError, Option } from 'commander'

export const detailedExitcode = () =>
  new Option('--detailed-exitcode', 'end with 2 when there are changes, 3 when conflicts are open')

export const all = () => new Option('-a, --all', 'show what is in step, too')

export const yes = () => new Option('-y, --yes', 'do not ask; covers neither deletion nor loss')

export const allowDelete = () =>
  new Option('--allow-delete [target]', 'allow deletions; naming the target agrees to them')

export const allowDataLoss = () =>
  new Option('--allow-data-loss [target]', 'allow changes that lose content; likewise')

/** Which way: at most one of them. */
export const directions = () => [
  new Option('--push', 'from the studio to the platform').conflicts(['pull', 'both']),
  new Option('--pull', 'from the platform into the studio').conflicts(['push', 'both']),
  new Option('--both', 'pull, then push').conflicts(['push', 'pull']),
]

export const conflicts = (choices = ['merge', 'skip', 'source_wins', 'target_wins']) =>
  new Option('--conflicts <strategy>', 'what to do about conflicts').choices(choices)

export const bypassValidation = () =>
  new Option('--bypass-validation', 'ship values that warnings hold back')

export const limit = (preset) =>
  new Option('-n, --limit <number>', 'at most so many').argParser(wholeNumber).default(preset)

/** A whole number of at least one. */
function wholeNumber(text) {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It should be a whole number.')
  return Number(text)
}

/** What the flags of a direction are called as the mode of a run. */
const MODES = Object.entries({ push: 'push', pull: 'pull', both: 'bidirectional' })

/** The direction and the consents that flags ask for, as options of a run. */
export function runOptions(flags, consents) {
  const mode = MODES.find(([flag]) => flags[flag])?.[1]
  return {
    ...(mode && { mode }),
    ...consents,
    ...(flags.conflicts && { conflictStrategy: flags.conflicts }),
    ...(flags.bypassValidation && { bypassValidation: true }),
    ...(flags.force && { force: true }),
    ...(flags.stopOnError && { stopOnError: true }),
  }
}
