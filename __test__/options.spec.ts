import { SyncEngine, type EngineOptions } from '..'

test.each<[EngineOptions | object, string]>([
  [{ databaseUrl: 5 }, 'options.databaseUrl is 5, and should be a text'],
  [{ stateUrl: false }, 'options.stateUrl is false, and should be a text'],
  [{ provider: 5 }, 'options.provider is a number, and should be a provider or the id of one'],
  [{ provider: {} }, 'options.provider.id is missing, and should be the id of a provider'],
  [{ mapping: 'x' }, 'options.mapping is "x", and should be "compatible" or "native"'],
  [{ mode: 'x' }, 'options.mode is "x", and should be "push" or "pull" or "bidirectional"'],
  [{ partialStatus: 'x' }, 'options.partialStatus is "x", and should be "failed" or "partial"'],
  [{ maxInFlight: 0 }, 'options.maxInFlight is 0, and should be a whole number from 1 to 256'],
  [{ maxInFlight: 2 ** 32 + 5 }, 'options.maxInFlight is 4294967301'],
  [{ maxAttempts: 1.9 }, 'options.maxAttempts is 1.9'],
  [{ requestTimeoutMs: -1 }, 'options.requestTimeoutMs is -1'],
  [{ cacheTtlMs: Infinity }, 'options.cacheTtlMs is "Infinity"'],
  [{ updateIntervalMs: NaN }, 'options.updateIntervalMs is "NaN"'],
  [{ requestsPerMinute: 10n }, 'options.requestsPerMinute is "10n"'],
  [{ filesRoot: {} }, 'options.filesRoot is an object, and should be a text'],
  [{ allowedHosts: 'a' }, 'options.allowedHosts is "a", and should be a list of texts'],
  [{ retention: { audit: { days: 0 } } }, 'options.retention.audit.days is 0'],
  [{ logger: 'x' }, 'logger is of type string, and should be a function'],
])('refuses %p', (options, message) => {
  const make = () => new SyncEngine(options as EngineOptions)
  expect(make).toThrow(message)
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', class: 'VALIDATION' }))
})

test.each([5, 'x', null])('refuses options that are no object: %p', (options) => {
  if (options === null) expect(new SyncEngine(options as never)).toBeDefined()
  else expect(() => new SyncEngine(options as never)).toThrow('options is')
})

test('does not repeat the settings of a provider', () => {
  const options = { provider: { id: 'optimizely', config: { clientSecret: ['hush'] } } }
  expect(() => new SyncEngine(options as never)).toThrow(
    'options.provider.config.clientSecret is a list, and should be a text',
  )
})

test('ignores what it does not know', async () => {
  const engine = new SyncEngine({ colour: 'blue', mode: undefined, logger: undefined } as never)
  await engine.close()
})

test('refuses the options of a call', async () => {
  const engine = new SyncEngine({})
  await expect(engine.detectChanges(5 as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'options is 5, and should be an object',
  })
  await expect(engine.planDeployment({ force: 1 as never })).rejects.toMatchObject({
    message: 'options.force is 1, and should be true or false',
  })
  await expect(engine.extractContentTypes({ websiteId: 1 as never })).rejects.toMatchObject({
    message: 'options.websiteId is 1, and should be a text',
  })
  await engine.close()
})
