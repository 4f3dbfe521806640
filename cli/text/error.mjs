// Errors for people: the code, what happened, and the next command.

import { clean } from './clean.mjs'

/** The command that helps after an error, by its code. */
const NEXT = {
  AMBIGUOUS_TYPE: 'catalyst-sync status, then name the website with --website',
  AUDIT_UNVERIFIED: 'catalyst-sync audit verify',
  AUTH_FAILED: 'catalyst-sync doctor',
  CONFIG_INVALID: 'catalyst-sync doctor, once the file is corrected',
  CONFLICT: 'catalyst-sync resolve',
  CREDENTIALS_MISSING: 'catalyst-sync doctor says where credentials were looked for',
  DATABASE_BUSY: 'the same command again, in a moment',
  DATABASE_INVALID: 'catalyst-sync doctor',
  DATABASE_NOT_FOUND:
    'catalyst-sync doctor says where it was looked for; --database names another file',
  DEPLOYMENT_IN_PROGRESS: 'catalyst-sync status, and the same command once the other has ended',
  DEPLOYMENT_NOT_FOUND: 'catalyst-sync history lists deployments',
  FORBIDDEN: 'catalyst-sync doctor',
  INTERRUPTED: 'catalyst-sync recover',
  PLAN_STALE: 'catalyst-sync plan',
  PLATFORM_UNREACHABLE: 'catalyst-sync doctor',
  STUDIO_MISMATCH: 'catalyst-sync doctor says which database is used',
  TARGET_MISMATCH: 'catalyst-sync doctor says which target is used',
  TYPE_NOT_FOUND: 'catalyst-sync status lists types',
  VALIDATION_FAILED: 'catalyst-sync validate',
}

/** An error as some lines of text. */
export function renderError({ code, message, details = {} }, paint) {
  const { nextStep, problems = [], operations = [] } = details
  const next = NEXT[code]
  return [
    `${paint.red(paint.bold('error'))} ${paint.bold(code)}  ${clean(message)}`,
    ...problems.map((problem) => `  ${paint.red('·')} ${clean(problem)}`),
    ...operations.map(
      ({ typeKey, operation, change }) =>
        `  ${paint.red('·')} ${clean(typeKey)}: ${operation} ${change}`,
    ),
    ...(nextStep ? [`  ${paint.dim('what to do')}  ${clean(nextStep)}`] : []),
    ...(next ? [`  ${paint.dim('next      ')}  ${next}`] : []),
  ].join('\n')
}
