// An error of the command line itself; those of the engine come with their own codes.

/** Says what happened and what to do next, like the errors of the engine. */
export class Failure extends Error {
  name = 'Failure'

  /** `next` is a command or an advice; `problems` are told one per line. */
  constructor(code, message, { next, problems = [], cause } = {}) {
    super(message, cause && { cause })
    this.code = code
    this.class = 'VALIDATION'
    this.details = { ...(next && { nextStep: next }), ...(problems.length > 0 && { problems }) }
  }
}
