// What the process ends with, so that a script can tell why.

/** The exit codes. They are part of the contract, and documented in docs/cli.md. */
export const EXIT = Object.freeze({
  ok: 0,
  failed: 1,
  /** With `--detailed-exitcode` only: there is something to do. */
  changes: 2,
  conflicts: 3,
  refused: 4,
  partial: 5,
  locked: 6,
  interrupted: 130,
})

const BY_CODE = {
  CONFLICT: EXIT.conflicts,
  IN_DOUBT: EXIT.conflicts,
  CONSENT_MISSING: EXIT.refused,
  DATA_LOSS_REFUSED: EXIT.refused,
  DELETE_REFUSED: EXIT.refused,
  HOST_NOT_ALLOWED: EXIT.refused,
  KEY_CLAIMED: EXIT.refused,
  PLAN_STALE: EXIT.refused,
  ROLE_REFUSED: EXIT.refused,
  STUDIO_MISMATCH: EXIT.refused,
  TARGET_MISMATCH: EXIT.refused,
  VALIDATION_FAILED: EXIT.refused,
  DATABASE_BUSY: EXIT.locked,
  DEPLOYMENT_IN_PROGRESS: EXIT.locked,
  LEASE_LOST: EXIT.locked,
  CANCELLED: EXIT.interrupted,
}

/** The exit code of an error, by its code. */
export function exitOfCode(code) {
  return BY_CODE[code] ?? EXIT.failed
}

/** The exit code of a deployment that has ended. */
export function exitOfDeployment({ status, outcome, errorInfo, outcomes = [] }) {
  if (status === 'cancelled') return EXIT.interrupted
  if (errorInfo !== undefined && errorInfo !== null) return exitOfCode(errorInfo.code)
  if (outcome === 'success') return EXIT.ok
  const spoilt = outcomes.filter(({ status }) => SPOILS.has(status))
  if (spoilt.length > 0 && spoilt.every(({ status }) => status === 'conflict'))
    return EXIT.conflicts
  return outcome === 'partial' ? EXIT.partial : EXIT.failed
}

const SPOILS = new Set(['failed', 'conflict', 'blocked', 'not_attempted'])

/** The exit code of something that was only looked at, for `--detailed-exitcode`. */
export function exitOfLook({ changes, conflicts }, isDetailed) {
  if (!isDetailed) return EXIT.ok
  if (conflicts > 0) return EXIT.conflicts
  return changes > 0 ? EXIT.changes : EXIT.ok
}
