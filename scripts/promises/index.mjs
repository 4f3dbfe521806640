// Every promise of the product, in the order of the page.

import { CONSENT } from './consent.mjs'
import { MERGING } from './merging.mjs'
import { RECOVERY } from './recovery.mjs'
import { SAFETY } from './safety.mjs'

/** The promises by what they are about. */
export const CHAPTERS = [
  ['Edits on both sides', MERGING],
  ['Faults, deaths and ways back', RECOVERY],
  ['Consent and review', CONSENT],
  ['Roles, audit, secrets and the host', SAFETY],
]

/** All of them. */
export const PROMISES = CHAPTERS.flatMap(([, promises]) => promises)
