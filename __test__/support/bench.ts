import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  SyncEngine,
  type CMSProvider,
  type DeploymentHandle,
  type DeploymentJob,
  type EngineOptions,
} from '../..'
import { CREDENTIALS, FakePlatform } from './platform'
import { makeStudio } from './studio'

/** A job as the studio's wizard makes it. */
export function job(changes: Partial<DeploymentJob> = {}): DeploymentJob {
  return {
    id: 'deploy-1',
    websiteId: '',
    providerId: 'optimizely',
    status: 'pending',
    progress: 0,
    startedAt: new Date(1_000),
    logs: [],
    retryCount: 0,
    maxRetries: 3,
    ...changes,
  }
}

/** A provider as the studio knows it. */
export function provider(config: CMSProvider['config'] = {}): CMSProvider {
  return {
    id: 'optimizely',
    name: 'Optimizely',
    description: 'A platform',
    logo: '/logo.svg',
    connectionStatus: 'connected',
    config,
  }
}

/** A deployment and every update that it showed. */
export interface Watched {
  handle: DeploymentHandle
  updates: DeploymentJob[]
}

/** Remembers every update of what a function starts. */
export function watched(
  start: (onUpdate: (job: DeploymentJob) => void) => DeploymentHandle,
): Watched {
  const updates: DeploymentJob[] = []
  const handle = start((update) => updates.push(update))
  return { handle, updates }
}

export const statuses = (updates: DeploymentJob[]) => updates.map((update) => update.status)

export const messages = (update: DeploymentJob | undefined) =>
  update?.logs.map((entry) => entry.message) ?? []

/** A folder that is removed with everything in it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'catalyst-sync-'))

  file(name: string): string {
    return join(this.path, name)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

const open = new Set<Bench>()

// A test that failed half-way has not closed its bench.
afterAll(async () => {
  for (const bench of open) await bench.close()
})

/** A studio, a fake platform and an engine between them. */
export class Bench {
  private constructor(
    readonly folder: Folder,
    readonly platform: FakePlatform,
    /** What the engine was made with, for another one beside it. */
    readonly options: EngineOptions,
    readonly engine: SyncEngine,
  ) {}

  /** `latencyMs` is how long the platform takes for every answer. */
  static async open({
    types = 5,
    latencyMs = 0,
    options = {},
  }: { types?: number; latencyMs?: number; options?: EngineOptions } = {}): Promise<Bench> {
    const folder = new Folder()
    makeStudio(folder.file('dev.db'), types)
    const platform = await FakePlatform.start()
    await platform.control('behaviour', { latencyMs })
    const config = { ...CREDENTIALS, apiUrl: `${platform.origin}/v1` }
    const host = new URL(platform.origin).host
    const all = {
      databaseUrl: `file:${folder.file('dev.db')}`,
      provider: provider(config),
      allowedHosts: [host],
      ...options,
    }
    const bench = new Bench(folder, platform, all, new SyncEngine(all))
    open.add(bench)
    return bench
  }

  /** Starts a deployment and remembers its updates. */
  deploy(changes: Partial<DeploymentJob> = {}): Watched {
    return watched((onUpdate) => this.engine.startDeployment(job(changes), provider(), onUpdate))
  }

  async close(): Promise<void> {
    if (!open.delete(this)) return
    await this.engine.close()
    await this.platform.stop()
    this.folder.remove()
  }
}
