/** The fake platform's control: what went wrong there, and what a colleague did. */
export class Platform {
  constructor(readonly origin: string) {}

  /** Lets every answer take so long. */
  async takesItsTime(latencyMs: number): Promise<void> {
    await this.#control('behaviour', { latencyMs })
  }

  /** Refuses every write of a type from now on. */
  async refuses(key: string, status: number): Promise<void> {
    const add = ['POST', 'PATCH'].map((method) => ({
      when: { method, key },
      what: { kind: 'status', status },
    }))
    await this.#control('faults', { add })
  }

  async recovers(): Promise<void> {
    await this.#control('faults', { clear: true })
  }

  /** Edits a type as a colleague does. */
  async edit(key: string, patch: object): Promise<void> {
    await this.#control('edit', { version: 'v1', key, patch })
  }

  /** The types that it stores, by key. */
  async types(): Promise<Record<string, StoredType>> {
    return (await this.#control('state?version=v1')).types as Record<string, StoredType>
  }

  /** The writes so far. */
  async writes(): Promise<{ kind: string }[]> {
    const { requests } = (await this.#control('requests')) as { requests: { kind: string }[] }
    return requests.filter(({ kind }) => ['post', 'patch', 'delete'].includes(kind))
  }

  async violations(): Promise<unknown> {
    return (await this.#control('violations')).violations
  }

  async #control(topic: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.origin}/_control/${topic}`, {
      method: body ? 'POST' : 'GET',
      body: body && JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the control answered ${answer.status}`)
    return (await answer.json()) as Record<string, unknown>
  }
}

interface StoredType {
  displayName: string
  properties: Record<string, { displayName?: string; maxLength?: number }>
}
