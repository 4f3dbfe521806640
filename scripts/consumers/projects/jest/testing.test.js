// A test engine behind the functions of the package, which are loaded anew before every test.

const { useTestEngine } = require('catalyst-sync/testing')

let world
let sync
beforeEach(async () => {
  world = await useTestEngine({
    types: [
      { name: 'Article', fields: [{ id: 'f1', name: 'title', label: 'Title', type: 'text' }] },
    ],
  })
  jest.resetModules()
  sync = require('catalyst-sync')
})
afterEach(() => world.close())

test('sees what is new', async () => {
  expect((await sync.detectChanges()).summary).toMatchObject({ created: 1 })
})

test('deploys it, with values of this realm', async () => {
  const { job } = await sync.synchronize()
  expect(job.status).toBe('completed')
  expect(job.startedAt).toBeInstanceOf(Date)
  expect(world.remote.keys()).toEqual(['Article'])
})

test('begins anew, and fails with errors of this realm', async () => {
  expect(world.remote.keys()).toEqual([])
  const failed = sync.detectChanges({ websiteId: 'nowhere' })
  await expect(failed).rejects.toBeInstanceOf(Error)
  await expect(failed).rejects.toMatchObject({ code: 'WEBSITE_NOT_FOUND' })
})
