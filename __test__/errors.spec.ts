import { SyncEngine, type SyncError } from '..'

const thrown = (work: () => unknown): SyncError => {
  try {
    work()
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing was thrown')
}

test('are errors of this realm, with everything that the contract names', () => {
  const error = thrown(() => new SyncEngine({ mapping: 'x' as never }))
  expect(error).toBeInstanceOf(Error)
  expect(Object.keys(error).sort()).toEqual(['class', 'code', 'details', 'retryable', 'status'])
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    class: 'VALIDATION',
    status: 400,
    retryable: false,
    details: {},
  })
  expect(error.stack).toContain('errors.spec.ts')
})

test('say what is wrong with a text that is no JSON', () => {
  const error = thrown(() => new SyncEngine({}).hashContentType('{"a":'))
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toContain('unexpected end of the text')
})

test('keep the error of a getter as their cause', () => {
  const cause = new Error('no')
  const options = {
    get databaseUrl(): string {
      throw cause
    },
  }
  const error = thrown(() => new SyncEngine(options))
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'options cannot be read',
    cause,
  })
})

test('rejections are errors of this realm', async () => {
  const engine = new SyncEngine({ databaseUrl: 'file:./there-is-no-such-file.db' })
  const error = await engine.extractContentTypes().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', class: 'STATE', status: 503 })
  await engine.close()
})
