// What the engine's values are once they went over the wire: dates are texts.

/** A value as JSON carries it. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Name in keyof T]: Wire<T[Name]> }
      : T

/** What a route answers with when something is wrong. */
export interface Failure {
  error: string
  code?: string
  nextStep?: string
  details?: unknown
}
