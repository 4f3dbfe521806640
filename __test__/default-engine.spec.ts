import * as sync from '..'
import { Folder, job, provider, watched } from './support/bench'

// What a deployment remembers lies beside the database, also where there is none.
const folder = new Folder()
afterAll(() => folder.remove())

beforeEach(() => {
  process.env.DATABASE_URL = `file:${folder.file('nothing-in-the-environment.db')}`
})

test('is made from the environment of this realm on first use', async () => {
  await expect(sync.extractContentTypes()).rejects.toMatchObject({
    code: 'DATABASE_NOT_FOUND',
    message: expect.stringContaining('nothing-in-the-environment.db'),
  })
})

test('is replaced by configure, which keeps what runs known', async () => {
  const run = watched((onUpdate) => sync.startDeployment(job({ id: 'a' }), provider(), onUpdate))
  sync.configure({ databaseUrl: `file:${folder.file('nothing-in-the-options.db')}` })
  expect(sync.cancelDeployment('a')).toBe(true)
  expect((await run.handle.done).job.status).toBe('cancelled')
  await expect(sync.extractContentTypes()).rejects.toMatchObject({
    message: expect.stringContaining('nothing-in-the-options.db'),
  })
})

test('keeps the engine when the new options are refused', () => {
  expect(() => sync.configure({ mapping: 'x' as never })).toThrow('options.mapping')
  expect(sync.getDeploymentHistory().map(({ id }) => id)).toEqual(['a'])
})

test('is closed until it is configured again', async () => {
  await sync.close()
  await expect(sync.extractContentTypes()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  sync.configure({ databaseUrl: `file:${folder.file('nothing-again.db')}` })
  await expect(sync.extractContentTypes()).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' })
  await sync.close()
})
