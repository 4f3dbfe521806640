// Which of the open conflicts are meant.

import type { Conflict, TypeOutcome } from 'catalyst-sync'

import type { Job } from './deployment'

type Whose = Pick<Conflict, 'typeKey' | 'websiteId' | 'target'>

/** Those with what a deployment went to; one that attempted nothing names only its provider. */
export const withTargetOf = <T extends Whose>(
  { target, providerId }: Pick<Job, 'target' | 'providerId'>,
  open: readonly T[],
): T[] =>
  open.filter((one) =>
    target === undefined ? one.target.startsWith(`${providerId}:`) : one.target === target,
  )

/** That of a type; another website may have a type of the same key. */
export const conflictOf = <T extends Whose>(
  { typeKey, websiteId }: Pick<TypeOutcome, 'typeKey' | 'websiteId'>,
  open: readonly T[],
): T | undefined => open.find((one) => one.typeKey === typeKey && one.websiteId === websiteId)
