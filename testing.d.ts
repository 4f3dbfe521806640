/**
 * An engine for the tests of those who use `catalyst-sync`: the engine itself, over a studio in memory
 * and a fake Optimizely in this process. No file, no network, no other process.
 */

import type { CMSProvider, DeploymentJob, EngineOptions, SyncEngine } from './index.js'

/** A field as the studio's type builder writes it. */
export interface StudioField {
  id?: string
  name: string
  type: string
  label?: string
  required?: boolean
  order?: number
  [member: string]: unknown
}

/** What the column `fields` of a content type holds. */
export interface StudioDefinition {
  name?: string
  pluralName?: string
  icon?: string
  description?: string
  fields: StudioField[]
  relationships?: unknown[]
  [member: string]: unknown
}

/** A row of the studio's table `ContentType`, with `fields` and `settings` read. */
export interface StudioType {
  id: string
  websiteId: string
  name: string
  fields: StudioDefinition
  settings: unknown
  createdAt: Date
  updatedAt: Date
}

/** A content type to be put there. What is missing stays as it is, or is as the studio makes it. */
export interface NewStudioType {
  /** Default `ct_1`, `ct_2` … */
  id?: string
  /** Default the website of the test engine. */
  websiteId?: string
  name: string
  /** A list of fields becomes a whole definition; a text is stored as it is, whatever it says. */
  fields: StudioField[] | StudioDefinition | string
  settings?: unknown
  createdAt?: Date
  /** Default: the time of the test engine. */
  updatedAt?: Date
}

/** The studio's tables. A change of them is what the studio does, and not the engine. */
export interface TestStudio {
  /** Adds a content type, or changes the one with its id. */
  put(type: NewStudioType | (Partial<NewStudioType> & { id: string })): StudioType
  /** Changes a definition: in place, or by returning another one. */
  edit(id: string, change: (fields: StudioDefinition) => StudioDefinition | void): StudioType
  get(id: string): StudioType | null
  /** By name. */
  list(websiteId?: string): StudioType[]
  /** Tells whether it was there. Its content goes with it. */
  remove(id: string): boolean
  putWebsite(website: { id: string; name?: string; category?: string }): void
  /** Sets the content of a type: so many empty items, or these. */
  setContent(id: string, items: number | Record<string, unknown>[]): void
}

/** A content type in the words of Optimizely's API `v1`. */
export interface RemoteType {
  key: string
  displayName?: string
  description?: string
  baseType?: string
  /** Who changed it last: `colleague` for what a test did, else the client id of the engine. */
  lastModifiedBy?: string
  properties?: Record<string, Record<string, unknown>>
  [member: string]: unknown
}

/** What is wrong with an answer, or with what is stored. */
export type Fault =
  /** A status in the place of the answer; nothing is written. 429 asks to wait for a second. */
  | number
  /** The request is carried out, and its answer is lost. */
  | 'lost'
  /** The request never arrives. */
  | 'unreached'
  | { kind: 'status'; status: number; moment?: 'before' | 'after'; retryAfter?: RetryAfter }
  | { kind: 'tooManyRequests'; retryAfter?: RetryAfter }
  | { kind: 'latency'; ms: number }
  | { kind: 'truncatedBody' | 'expireTokens' | 'accepted' | 'noContent' }
  | { kind: 'htmlBody'; status: number; moment?: 'before' | 'after' }
  | { kind: 'emptyBody'; status: number }
  /** Reads show what was there before the last write. */
  | { kind: 'lag'; reads?: number; ms?: number }
  /** Listings end early, although there is more. */
  | { kind: 'truncatedPages'; items: number }
  /** A write loses members without a word: `properties.title.maxLength`, `properties.*.group`. */
  | { kind: 'dropMembers'; members: string[] }
  /** A write stores another value without a word. */
  | { kind: 'rewriteMember'; member: string; value: unknown }

/** When to come again. */
export type RetryAfter = { seconds: number } | { dateIn: number }

/** Which requests; every member that is set must fit. Without any, those about content types. */
export interface Match {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Key of the content type. */
  key?: string
  /** A part of the path, such as `/oauth/token`. */
  path?: string
  /** From the n-th request on that fits, counted from 1. */
  nth?: number
  /** How many requests; default 1, `Infinity` for all that fit. */
  times?: number
}

/** A request that came to the platform. */
export interface RemoteRequest {
  number: number
  kind: 'token' | 'list' | 'get' | 'post' | 'patch' | 'delete' | 'other'
  method: string
  path: string
  key?: string | null
  headers: Record<string, string>
  body: string
  /** Absent or null where no answer came. */
  status?: number | null
  /** Names of the faults that it met. */
  faults: string[]
}

/** Points in which platforms differ, as switches. */
export interface RemoteBehaviour {
  preview3?: 'served' | 'notFound' | 'gone'
  create?: 'insert' | 'replace'
  references?: 'checked' | 'unchecked'
  writeAnswers?: 'body' | 'noContent' | 'accepted'
  totals?: 'told' | 'missing'
  entityTags?: 'strong' | 'weak' | 'missing'
  tokenSeconds?: number
  latencyMs?: number
  pageSize?: number
}

/** The CMS behind its interface. A change made here is a colleague's. */
export interface TestRemote {
  /** Keys of the content types, without those that every instance of the CMS has. */
  keys(): string[]
  get(key: string): RemoteType | null
  /** Puts a whole content type there; no rule is asked. */
  put(type: RemoteType): RemoteType
  /** Changes a content type by a merge patch: `null` removes a member. */
  edit(key: string, patch: Record<string, unknown>): RemoteType
  /** Tells whether it was there. */
  remove(key: string): boolean
  /** Says how many content items of a type there are. */
  setContent(key: string, count: number): void
  /** Has the next request that fits fail; `times` for more of them. */
  fail(what: Fault, when?: Match): void
  /** Takes back every fault. */
  heal(): void
  behave(switches: RemoteBehaviour): void
  /** Every request so far, in order. */
  requests(): RemoteRequest[]
  /**
   * Has the requests that fit wait from now on, by default all; the function that is returned lets them
   * pass. For what is to be seen while a deployment runs.
   */
  hold(when?: Omit<Match, 'nth' | 'times'>): () => void
}

export interface TestEngineOptions {
  /** Default `{ id: 'site_1', name: 'Site' }`. A text is an id. */
  website?: string | { id: string; name?: string; category?: string }
  /** The studio's content types. */
  types?: NewStudioType[]
  platform?: {
    /** What it has already. */
    types?: RemoteType[]
    /** Property groups. */
    groups?: string[]
    /** Default `v1`. */
    version?: 'v1' | 'preview3'
    behaviour?: RemoteBehaviour
    /** The only ones that it knows; default `test-client` and `test-secret`. */
    credentials?: { clientId: string; clientSecret: string }
  }
  /** Of the engine's random numbers: a whole number, default 1. */
  seed?: number
  /** The time there, which then stands still but for waits. Default: it begins now and goes on. */
  now?: Date | number | string
  /** Options of the engine but for its databases. By default nothing is cached, and pacing waits for nothing. */
  engine?: Omit<EngineOptions, 'databaseUrl' | 'stateUrl'>
}

/** An engine between a studio and a platform of its own. */
export interface TestEngine {
  readonly engine: SyncEngine
  readonly studio: TestStudio
  readonly remote: TestRemote
  /** The platform as the studio knows it, for `startDeployment`. */
  readonly provider: CMSProvider
  /** A job for `startDeployment`. */
  job(changes?: Partial<DeploymentJob>): DeploymentJob
  /** What time it is for engine and platform. */
  now(): Date
  /** Moves that time on. Waits of the engine do so by themselves, and take no time. */
  advance(milliseconds: number): void
  /** Closes the engine; studio, platform and everything remembered are gone. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes an engine with a studio and a platform of its own. */
export function createTestEngine(options?: TestEngineOptions): Promise<TestEngine>

/**
 * As {@link createTestEngine}; and until it is closed, the functions of `catalyst-sync` work on it in
 * this test file, whatever `configure` says, also where modules are loaded anew.
 */
export function useTestEngine(options?: TestEngineOptions): Promise<TestEngine>
