import type { APIRequestContext, APIResponse } from '@playwright/test'

import type { ContentType, Definition } from '../../lib/definition'

/** The studio's routes, without its pages. */
export class Api {
  #token: string | undefined

  constructor(private readonly request: APIRequestContext) {}

  async ask(method: string, path: string, data?: unknown): Promise<APIResponse> {
    this.#token ??= (await (await this.request.get('/api/csrf-token')).json()).token as string
    return this.request.fetch(path, { method, data, headers: { 'x-csrf-token': this.#token } })
  }

  async get<T = Record<string, never>>(path: string): Promise<T> {
    return (await (await this.ask('GET', path)).json()) as T
  }

  /** Deploys everything, or some types, and waits for the end, which is told by the event stream. */
  async deploy(
    options: object = {},
    selectedTypes: string[] = [],
    { provider = 'optimizely', websiteId = 'site_museum' } = {},
  ): Promise<string> {
    const asked = { websiteId, provider: { id: provider }, selectedTypes, options }
    const { syncId } = await (await this.ask('POST', '/api/v1/sync/start', asked)).json()
    await this.ended(syncId as string)
    return syncId as string
  }

  /** Waits for the end of a deployment, which its event stream tells. */
  async ended(id: string): Promise<void> {
    await (await this.ask('GET', `/api/v1/sync/events?id=${id}`)).text()
  }

  /** Edits a content type of the studio, as its editor does. */
  async edit(id: string, change: (definition: Definition) => void, source = 'UI'): Promise<void> {
    const path = `/api/content-types/${id}`
    const { data } = await this.get<{ data: Pick<ContentType, 'definition' | 'updatedAt'> }>(path)
    const { definition, updatedAt } = data
    change(definition)
    await this.ask('PUT', path, { definition, source, updatedAt })
  }
}
