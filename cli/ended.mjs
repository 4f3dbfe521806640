// The types of a deployment as they end: the entry of the log that says so brings the outcome.

/** Knows what was told of which types, so that each is told once, or anew when more became of it. */
export class EndedTypes {
  #told = new Map()

  /** The outcome that an entry of the log tells of a type; of other entries, nothing. */
  of({ details }) {
    const outcome = details?.outcome
    return outcome !== undefined && this.#isNews(outcome) ? outcome : undefined
  }

  /** Of the outcomes of a deployment that is over, those that its log did not tell. */
  rest(outcomes) {
    return outcomes.filter((outcome) => this.#isNews(outcome))
  }

  #isNews(outcome) {
    const { websiteId, typeKey, direction, operation, status, error, rolledBack } = outcome
    const name = JSON.stringify([websiteId, typeKey, direction])
    const end = JSON.stringify([operation, status, error?.code, error?.message, rolledBack])
    const isNews = this.#told.get(name) !== end
    this.#told.set(name, end)
    return isNews
  }
}
