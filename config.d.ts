import type { CMSProviderId, EngineOptions, RunOptions } from './index.js'

/** How to reach a platform. Secrets are better kept in the environment. */
export interface Access {
  clientId?: string
  clientSecret?: string
  apiUrl?: string
  environment?: string
  projectId?: string
}

/** A platform in the form of the requirements. */
export interface PlatformConfig {
  auth?: Access
  options?: Pick<
    EngineOptions,
    'mapping' | 'requestsPerMinute' | 'maxInFlight' | 'requestTimeoutMs' | 'maxAttempts'
  > &
    Pick<Access, 'apiUrl' | 'environment' | 'projectId'> & { directory?: string }
}

/** What `catalyst-sync.config.*` holds; `catalyst-sync.schema.json` says the same. */
export interface Config extends Omit<
  EngineOptions,
  'provider' | 'logger' | 'partialStatus' | 'updateIntervalMs'
> {
  provider?: CMSProviderId | { id: CMSProviderId; config?: Access & { directory?: string } }
  /** Id of the website that commands are about; default every website. */
  website?: string
  /** Deploy nothing while a type has an error. */
  strict?: boolean
  /** Credentials as the proof of concept wrote them. */
  optimizely?: Access
  /** The form that the requirements describe. What stands beside it counts before it. */
  sync?: {
    mode?: RunOptions['mode']
    /** The first is the default target. */
    platforms?: Partial<Record<CMSProviderId, PlatformConfig>>
    state?: {
      storage?: 'sqlite' | 'studio'
      path?: string
      /** Of versions, audit and backups: `30d`. */
      retention?: `${number}d`
    }
    conflict?: {
      strategy?: 'auto' | 'manual' | RunOptions['conflictStrategy']
      ui?: 'enabled' | 'disabled'
    }
    protection?: { backup?: 'enabled'; validation?: 'strict' | 'standard' }
  }
}

/** A configuration, or a function that makes one. */
export type ConfigExport = Config | (() => Config | Promise<Config>)

/** Gives a configuration its types in an editor; returns it as it is. */
export function defineConfig<Given extends ConfigExport>(config: Given): Given
