// Every command, in the order in which help lists them.

import audit from './audit.mjs'
import credentials from './credentials.mjs'
import deploy from './deploy.mjs'
import diff from './diff.mjs'
import doctor from './doctor.mjs'
import drift from './drift.mjs'
import history from './history.mjs'
import init from './init.mjs'
import log from './log.mjs'
import plan from './plan.mjs'
import recover from './recover.mjs'
import report from './report.mjs'
import resolve from './resolve.mjs'
import restore from './restore.mjs'
import rollback from './rollback.mjs'
import show from './show.mjs'
import status from './status.mjs'
import uninstall from './uninstall.mjs'
import validate from './validate.mjs'

export const COMMANDS = [
  init,
  doctor,
  status,
  diff,
  plan,
  validate,
  deploy,
  resolve,
  drift,
  history,
  log,
  show,
  restore,
  rollback,
  recover,
  report,
  audit,
  credentials,
  uninstall,
]
