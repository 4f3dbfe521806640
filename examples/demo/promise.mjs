import { isDeepStrictEqual } from 'node:util'

import { proven } from './page.mjs'

/** Something that the engine promises and did not keep. */
export class BrokenPromise extends Error {
  name = 'BrokenPromise'
}

/** Prints a promise that was kept; a broken one ends the demo. */
export function promise(text, kept, seen) {
  if (kept) return proven(text)
  throw new BrokenPromise(`not as promised: ${text}; seen: ${JSON.stringify(seen, null, 2)}`)
}

/** Promises that something is exactly as expected. */
export function promiseEqual(text, seen, expected) {
  promise(text, isDeepStrictEqual(seen, expected), seen)
}
